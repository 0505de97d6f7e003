namespace Tessar.Examples.Importers;

/// <summary>All formats, found by reflection: a new one is a new file.</summary>
internal static class FormatCatalog
{
    /// <summary>The formats in the order in which they are asked.</summary>
    public static IReadOnlyList<SourceFormat> All { get; } =
    [
        .. typeof(SourceFormat).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(SourceFormat)) && !type.IsAbstract)
            .Select(type => (SourceFormat)Activator.CreateInstance(type)!)
            .OrderBy(format => format.Rank),
    ];

    /// <summary>The formats' names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(format => format.Name)];

    /// <summary>The format of that name.</summary>
    /// <exception cref="TessarException">There is none.</exception>
    public static SourceFormat Find(string name) =>
        All.FirstOrDefault(format => format.Name == name) ?? throw new TessarException(
        $"There is no format `{name}`.{NearestName.Hint(name, Names)} Formats: {string.Join(", ", Names)}.", ErrorKind.Usage);

    /// <summary>The format that a file or folder is in: a file's content decides, then its name.</summary>
    /// <exception cref="TessarException">None of those that are known; the message lists them.</exception>
    public static SourceFormat Detect(string path) =>
        (Directory.Exists(path) ? OfFolder(path) : OfFile(path)) ?? throw new TessarException(
        $"`{path}` is in no format that can be imported. Formats: "
            + $"{string.Join("; ", All.Select(format => $"{format.Name} ({format.Summary})"))}. "
        + "Check the path, or name the format.",
        ErrorKind.InputData)
        { Remedies = [new(RemedyKind.ChangeArgument, "format")] };

    private static SourceFormat? OfFolder(string path) => All.FirstOrDefault(format => format.RecognisesFolder(path));

    private static SourceFormat? OfFile(string path)
    {
        var start = FileStart.Read(path);
        return All.FirstOrDefault(format => format.RecognisesContent(start))
            ?? All.FirstOrDefault(format => format.RecognisesName(Path.GetFileName(path)));
    }
}
