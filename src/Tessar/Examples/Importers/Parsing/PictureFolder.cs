using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Storage;
using Tessar.Tensors;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>Pictures in the sub-folders of one folder, class by class, in ordinal order of their paths.</summary>
/// <remarks>Memory: the names of one class.</remarks>
/// <param name="split">Name of the split, or null.</param>
/// <param name="root">The folder.</param>
/// <param name="classes">Names of all classes, over all splits.</param>
/// <param name="folders">Names of all sub-folders, over all splits, in ordinal order.</param>
/// <param name="merged">Sub-folders whose class has another name.</param>
internal sealed class PictureFolder(
    string? split, string root, IReadOnlyList<string> classes, IReadOnlyList<string> folders,
    IReadOnlyDictionary<string, string> merged) : SourceTable(split)
{
    private readonly ILookup<string, string> _folders = folders.ToLookup(
        folder => merged.GetValueOrDefault(folder, folder), StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string Name => root;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceColumn> Columns { get; } =
        [SourceColumn.Of(StoreRules.Image, CellKind.Picture), SourceColumn.Array(StoreRules.Label, ElementType.I32)];

    /// <inheritdoc/>
    public override long Count => -1;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Classes => classes;

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> Rows(IReadOnlyList<bool> wanted)
    {
        for (int label = 0; label < classes.Count; label++)
        {
            byte[] number = BitConverter.GetBytes(label);
            foreach (string file in FilesOf(classes[label]))
                yield return new SourceRow(
                    file, 0, RelativeName(file), [wanted[0] ? new Cell(Read(file)) : default, new Cell(number)]);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<StoreSource> Files(CancellationToken cancellation)
    {
        IEnumerable<StoreSource> files = classes.SelectMany(FilesOf)
            .Select(file => SourceFile.Describe(file, cancellation) with { Name = RelativeName(file) });
        return [SourceFile.DescribeAll(Path.GetFileName(root), files)];
    }

    private IEnumerable<string> FilesOf(string name) => _folders[name].Select(folder => Path.Combine(root, folder))
        .Where(Directory.Exists).SelectMany(folder => PictureFiles.Below(folder, root, leftOut: null));

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
