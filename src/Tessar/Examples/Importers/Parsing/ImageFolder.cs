using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Storage;
using Tessar.Tensors;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>Pictures in the sub-folders of one folder, class by class, in ordinal order of their paths.</summary>
/// <remarks>
/// Memory: the names of one class, or of all when they are dealt out. One class comes after another, so a cut of the rows would
/// part the classes; dealt out, every beginning of the rows has its share of each class, to within a picture.
/// </remarks>
/// <param name="split">Name of the split, or null.</param>
/// <param name="root">The folder.</param>
/// <param name="classes">Names of all classes, over all splits.</param>
/// <param name="folders">Names of all sub-folders, over all splits, in ordinal order.</param>
/// <param name="merged">Sub-folders whose class has another name.</param>
/// <param name="isDealt">Whether the classes are dealt out evenly over the rows, which are then counted beforehand.</param>
internal sealed class ImageFolder(
    string? split, string root, IReadOnlyList<string> classes, IReadOnlyList<string> folders,
    IReadOnlyDictionary<string, string> merged, bool isDealt = false) : SourceTable(split)
{
    private readonly ILookup<string, string> _folders = folders.ToLookup(
        folder => merged.GetValueOrDefault(folder, folder), StringComparer.Ordinal);

    private (int Label, string File)[]? _dealt;

    /// <inheritdoc/>
    public override string Name => root;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceColumn> Columns { get; } =
        [SourceColumn.Of(StoreRules.Image, CellKind.Image), SourceColumn.Array(StoreRules.Label, ElementType.I32)];

    /// <inheritdoc/>
    public override long Count => isDealt ? Dealt.Length : -1;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Classes => classes;

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> Rows(IReadOnlyList<bool> wanted) =>
        (isDealt ? Dealt : Labeled()).Select(image => Row(image, wanted));

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> RowsFrom(long first, IReadOnlyList<bool> wanted) =>
        isDealt ? Dealt.Skip(checked((int)first)).Select(image => Row(image, wanted)) : base.RowsFrom(first, wanted);

    /// <inheritdoc/>
    public override IReadOnlyList<StoreSource> Files(CancellationToken cancellation)
    {
        IEnumerable<StoreSource> files = classes.SelectMany(FilesOf)
            .Select(file => SourceFile.Describe(file, cancellation) with { Name = RelativeName(file) });
        return [SourceFile.DescribeAll(Path.GetFileName(root), files)];
    }

    // Picture i of a class with n stands at (i + ½) / n of the whole.
    private (int Label, string File)[] Dealt => _dealt ??=
    [
        .. Labeled().GroupBy(image => image.Label)
            .SelectMany(group => group.Select((image, i) => (Image: image, Place: (i + 0.5) / group.Count())))
            .OrderBy(placed => placed.Place).Select(placed => placed.Image),
    ];

    private IEnumerable<(int Label, string File)> Labeled() =>
        classes.SelectMany((name, label) => FilesOf(name).Select(file => (label, file)));

    private SourceRow Row((int Label, string File) image, IReadOnlyList<bool> wanted) => new(
        image.File, 0, RelativeName(image.File),
        [wanted[0] ? new Cell(Read(image.File)) : default, new Cell(BitConverter.GetBytes(image.Label))]);

    private IEnumerable<string> FilesOf(string name) => _folders[name].Select(folder => Path.Combine(root, folder))
        .Where(Directory.Exists).SelectMany(folder => ImageFiles.Below(folder, root, leftOut: null));

    private static byte[] Read(string file)
    {
        using FileStream stream = SourceFile.Open(file);
        byte[] bytes = stream.Length <= Array.MaxLength ? new byte[stream.Length] : throw SourceFile.Refuse(
            file, null, $"a picture of at most {Array.MaxLength} bytes", $"{stream.Length}");
        stream.ReadExactly(bytes);
        return bytes;
    }

    private string RelativeName(string file) => Path.GetRelativePath(root, file).Replace('\\', '/');
}
