using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Storage;
using Tessar.Tensors;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>Pictures in the sub-folders of one folder, class by class, in ordinal order of their paths.</summary>
/// <remarks>
/// Links to folders aren't followed, and links to files only within the root. Memory: the names of one class. A folder or file
/// whose name begins with a dot is passed over.
/// </remarks>
/// <param name="split">Name of the split, or null.</param>
/// <param name="root">The folder.</param>
/// <param name="classes">Names of all classes, over all splits.</param>
internal sealed class PictureFolder(string? split, string root, IReadOnlyList<string> classes) : SourceTable(split)
{
    /// <summary>Endings of the files that count as pictures.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".jpg", ".jpeg", ".png", ".bmp", ".webp"];

    /// <inheritdoc/>
    public override string Name => root;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceColumn> Columns { get; } =
        [SourceColumn.Of(StoreRules.Image, CellKind.Picture), SourceColumn.Array(StoreRules.Label, ElementType.I32)];

    /// <inheritdoc/>
    public override long Count => -1;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Classes => classes;

    /// <summary>Names of a folder's sub-folders, in ordinal order.</summary>
    public static IEnumerable<string> ClassesIn(string folder) =>
        new DirectoryInfo(folder).EnumerateDirectories().Where(IsOwn).Select(child => child.Name).Order(StringComparer.Ordinal);

    /// <summary>Full paths of the pictures in and below a folder, in ordinal order.</summary>
    public static IEnumerable<string> Files(string folder, string root)
    {
        var found = new List<string>();
        Gather(new DirectoryInfo(folder), WithSeparator(Path.GetFullPath(root)), found);
        return found.Order(StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> Rows(IReadOnlyList<bool> wanted)
    {
        for (int label = 0; label < classes.Count; label++)
        {
            string folder = Path.Combine(root, classes[label]);
            byte[] number = BitConverter.GetBytes(label);
            foreach (string file in Directory.Exists(folder) ? Files(folder, root) : [])
                yield return new SourceRow(file, 0, RelativeName(file), [wanted[0] ? new Cell(Read(file)) : default, new Cell(number)]);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<StoreSource> Files(CancellationToken cancellation)
    {
        IEnumerable<StoreSource> files = classes.Select(name => Path.Combine(root, name)).Where(Directory.Exists)
            .SelectMany(folder => Files(folder, root)).Select(file => SourceFile.Describe(file, cancellation) with { Name = RelativeName(file) });
        return [SourceFile.DescribeAll(Path.GetFileName(root), files)];
    }

    private static byte[] Read(string file)
    {
        using FileStream stream = SourceFile.Open(file);
        byte[] bytes = stream.Length <= Array.MaxLength ? new byte[stream.Length] : throw SourceFile.Refuse(
            file, null, $"a picture of at most {Array.MaxLength} bytes", $"{stream.Length}");
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static void Gather(DirectoryInfo folder, string root, List<string> found)
    {
        foreach (FileInfo file in folder.EnumerateFiles())
        {
            bool isPicture = Extensions.Any(extension => file.Name.EndsWith(extension, StringComparison.OrdinalIgnoreCase));
            if (isPicture && file.Name[0] != '.' && (file.LinkTarget is null || IsInside(file, root)))
                found.Add(file.FullName);
        }

        foreach (DirectoryInfo child in folder.EnumerateDirectories().Where(IsOwn))
            Gather(child, root, found);
    }

    private static bool IsOwn(DirectoryInfo folder) => folder.LinkTarget is null && folder.Name[0] != '.';

    private static bool IsInside(FileInfo link, string root) =>
        link.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true } target && target.FullName.StartsWith(root, StringComparison.Ordinal);

    private static string WithSeparator(string path) => path.EndsWith(Path.DirectorySeparatorChar) ? path : path + Path.DirectorySeparatorChar;

    private string RelativeName(string file) => Path.GetRelativePath(root, file).Replace('\\', '/');
}
