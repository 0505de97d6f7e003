using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Formats;

/// <summary>
/// A folder of pictures: each sub-folder is a class; sub-folders called train, val, test are splits with classes below.
/// </summary>
[SourceFormat("folder", "folder of pictures, a sub-folder for each class", Rank = 90)]
internal sealed class ImageFolderFormat : SourceFormat
{
    /// <inheritdoc/>
    public override bool RecognizesFolder(string path) =>
        ImageFiles.FoldersIn(path, leftOut: null).Any(folder => ImageFiles.HoldsImages(Path.Combine(path, folder)));

    /// <summary>Never: a picture by itself has no class.</summary>
    public override bool RecognizesName(string name) => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenPart(SourcePart part, OpeningContext opening)
    {
        if (!Directory.Exists(part.Path))
            throw new TessarException(
                $"`{part.Path}` isn't a folder. Name a folder with a sub-folder for each class.", ErrorKind.InputData);
        (string? Split, string Path)[] splits = [.. Splits(part, opening.LeftOut)];
        string[] folders = [.. splits.SelectMany(split => ImageFiles.FoldersIn(split.Path, opening.LeftOut))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (folders.Length == 0)
        {
            throw new TessarException(
                $"`{part.Path}` has no sub-folders. Expected one for each class, which hold "
                    + $"{string.Join(", ", ImageFiles.Extensions)}.", ErrorKind.InputData);
        }

        IReadOnlyList<string> classes = ClassNames.Settle(
            folders, part.Path, opening.Options.ClassCase, out IReadOnlyDictionary<string, string> merged);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string? split, string path) in splits)
        {
            foreach (string folder in folders.Where(folder => Directory.Exists(Path.Combine(path, folder))))
            {
                if (ImageFiles.Below(Path.Combine(path, folder), path, opening.LeftOut).Any())
                    seen.Add(merged.GetValueOrDefault(folder, folder));
            }
        }

        foreach (string empty in classes.Where(name => !seen.Contains(name)))
            opening.LeftOut.Add(LeftOut.EmptyClass, empty);
        if (seen.Count > 0)
            return [.. splits.Select(split => new ImageFolder(
                split.Split, split.Path, classes, folders, merged, isDealt: opening.Options.Splits.Count > 0))];
        throw opening.LeftOut.Count > classes.Count && !opening.Options.SkipUnknown
            ? opening.LeftOut.Refuse(part.Path)
            : new TessarException(
            $"The sub-folders of `{part.Path}` hold no pictures. Expected files that end with "
                + $"{string.Join(", ", ImageFiles.Extensions)}.", ErrorKind.InputData);
    }

    /// <summary>
    /// Sub-folders called train, val, test are splits, and what stands beside them is left out; without them all is one split.
    /// </summary>
    private static IEnumerable<(string? Split, string Path)> Splits(SourcePart part, LeftOut leftOut)
    {
        string root = part.Path;
        string[] folders = [.. ImageFiles.FoldersIn(root, leftOut: null)], splits = [.. folders.Where(SplitNames.IsSplit)];
        if (part.Split is not null || splits.Length == 0)
            return [(part.Split, root)];
        ImageFiles.CountBeside(root, leftOut);
        foreach (string other in folders.Except(splits, StringComparer.Ordinal))
            leftOut.AddFolder(Path.Combine(root, other), root);
        return splits.Select(split => ((string?)split.ToLowerInvariant(), Path.Combine(root, split)));
    }
}
