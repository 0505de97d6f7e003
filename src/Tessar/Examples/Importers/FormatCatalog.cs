using Tessar.Named;

namespace Tessar.Examples.Importers;

/// <summary>All formats, found by reflection: a new one is a new file.</summary>
internal static class FormatCatalog
{
    /// <summary>What there is to choose from.</summary>
    public static Choices<SourceFormat, SourceFormatAttribute> Choices { get; } =
        new("import format", typeof(SourceFormat).Assembly);

    /// <summary>The formats in the order in which they are asked.</summary>
    public static IReadOnlyList<SourceFormat> All { get; } =
        [.. Choices.All.OrderBy(choice => choice.Mark.Rank).Select(choice => Choices.Create(choice.Name))];

    /// <summary>The format of that name.</summary>
    /// <exception cref="TessarException">There is none.</exception>
    public static SourceFormat Find(string name) => Choices.Create(name);

    /// <summary>The format that a file or folder is in: a file's content decides, then its name.</summary>
    /// <exception cref="TessarException">None of those that are known; the message lists them.</exception>
    public static SourceFormat Detect(string path) =>
        (Directory.Exists(path) ? OfFolder(path) : OfFile(path)) ?? throw new TessarException(
        $"`{path}` is in no format that can be imported. Formats: "
            + $"{string.Join("; ", Choices.All.Select(one => $"{one.Name} ({one.Summary})"))}. "
        + "Check the path, or name the format.",
        ErrorKind.InputData)
        { Remedies = [new(RemedyKind.ChangeArgument, "format")] };

    private static SourceFormat? OfFolder(string path) => All.FirstOrDefault(format => format.RecognizesFolder(path));

    private static SourceFormat? OfFile(string path)
    {
        var start = FileStart.Read(path);
        return All.FirstOrDefault(format => format.RecognizesContent(start))
            ?? All.FirstOrDefault(format => format.RecognizesName(Path.GetFileName(path)));
    }
}
