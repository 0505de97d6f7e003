using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Formats;

/// <summary>WebDataset: tar archives in which files of one name and several endings are a sample: 0001.jpg, 0001.cls.</summary>
[SourceFormat("webdataset", "tar shards with 0001.jpg, 0001.cls, …, gzipped or not", Rank = 60)]
internal sealed class WebDatasetFormat : SourceFormat
{
    private static readonly string[] _endings = [".tar", ".tar.gz", ".tgz"];

    /// <inheritdoc/>
    public override bool RecognizesFolder(string path) => FilesOf(path, RecognizesName, leftOut: null).Length > 0;

    /// <inheritdoc/>
    public override bool RecognizesContent(FileStart start) => TarWalk.IsMark(start.Content);

    /// <inheritdoc/>
    public override bool RecognizesName(string name) =>
        _endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public override IReadOnlyList<SourceTable> Open(IReadOnlyList<SourcePart> parts, OpeningContext opening)
    {
        var shards = new List<(string? Split, string Path)>();
        foreach (SourcePart part in parts)
        {
            string[] files = Directory.Exists(part.Path) ? FilesOf(part.Path, RecognizesName, opening.LeftOut) : [part.Path];
            if (files.Length == 0)
                throw new TessarException(
                    $"`{part.Path}` holds no tar archives ({string.Join(", ", _endings)}). Check the folder.",
                    ErrorKind.InputData);
            shards.AddRange(files.Select(file => (part.Split ?? SplitNames.OfFile(file), file)));
        }

        return [.. shards.GroupBy(shard => shard.Split, StringComparer.Ordinal)
            .Select(group => WebTable.Open(group.Key, [.. group.Select(shard => shard.Path)], opening))];
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenPart(SourcePart part, OpeningContext opening) => Open([part], opening);
}
