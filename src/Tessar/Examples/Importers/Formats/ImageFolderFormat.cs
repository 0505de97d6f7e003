using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Formats;

/// <summary>A folder of pictures: each sub-folder is a class; sub-folders called train, val, test are splits with classes below.</summary>
internal sealed class ImageFolderFormat : SourceFormat
{
    /// <inheritdoc/>
    public override string Name => "folder";

    /// <inheritdoc/>
    public override string Summary => "folder of pictures, a sub-folder for each class";

    /// <inheritdoc/>
    public override int Rank => 90;

    /// <inheritdoc/>
    public override bool Recognises(string path) => Directory.Exists(path) && Splits(path).Any(split =>
        PictureFolder.ClassesIn(split.Path).Any(name => PictureFolder.Files(Path.Combine(split.Path, name), split.Path).Any()));

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenPart(SourcePart part, ImportOptions options, CancellationToken cancellation)
    {
        if (!Directory.Exists(part.Path))
            throw new TessarException($"`{part.Path}` isn't a folder. Name a folder with a sub-folder for each class.", ErrorKind.InputData);
        (string? Split, string Path)[] splits = part.Split is null ? [.. Splits(part.Path)] : [(part.Split, part.Path)];
        string[] classes = [.. splits.SelectMany(split => PictureFolder.ClassesIn(split.Path)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return classes.Length > 0
            ? [.. splits.Select(split => new PictureFolder(split.Split, split.Path, classes))]
            : throw new TessarException(
                $"`{part.Path}` has no sub-folders. Expected one for each class, which hold {string.Join(", ", PictureFolder.Extensions)}.", ErrorKind.InputData);
    }

    private static IEnumerable<(string? Split, string Path)> Splits(string root)
    {
        string[] splits = [.. PictureFolder.ClassesIn(root).Where(SplitNames.IsSplit)];
        return splits.Length == 0 ? [(null, root)] : splits.Select(split => ((string?)split.ToLowerInvariant(), Path.Combine(root, split)));
    }
}
