using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Formats;

/// <summary>WebDataset: tar archives in which files of one name and several endings are a sample: 0001.jpg, 0001.cls.</summary>
internal sealed class WebDatasetFormat : SourceFormat
{
    private const string Ending = ".tar";

    /// <inheritdoc/>
    public override string Name => "webdataset";

    /// <inheritdoc/>
    public override string Summary => "tar shards with 0001.jpg, 0001.cls, …";

    /// <inheritdoc/>
    public override int Rank => 60;

    /// <inheritdoc/>
    public override bool Recognises(string path)
    {
        if (Directory.Exists(path))
            return Shards(path).Length > 0;
        using FileStream file = SourceFile.Open(path);
        return TarWalk.IsArchive(file);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<SourceTable> Open(IReadOnlyList<SourcePart> parts, ImportOptions options, CancellationToken cancellation)
    {
        var shards = new List<(string? Split, string Path)>();
        foreach (SourcePart part in parts)
        {
            string[] files = Directory.Exists(part.Path) ? Shards(part.Path) : [part.Path];
            if (files.Length == 0)
                throw new TessarException($"`{part.Path}` holds no tar archives ({Ending}). Check the folder.", ErrorKind.InputData);
            shards.AddRange(files.Select(file => (part.Split ?? SplitNames.OfFile(file), file)));
        }

        return [.. shards.GroupBy(shard => shard.Split, StringComparer.Ordinal).Select(group => WebTable.Open(group.Key, [.. group.Select(shard => shard.Path)], cancellation))];
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenPart(SourcePart part, ImportOptions options, CancellationToken cancellation) =>
        Open([part], options, cancellation);

    private static string[] Shards(string folder) => [.. Directory.EnumerateFiles(folder, "*" + Ending).Order(StringComparer.Ordinal)];
}
