using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Cli.Json;

/// <summary>`tessar examples show` and `tessar examples import`.</summary>
internal sealed record ExamplesJson : JsonResult
{
    /// <summary>Full path of the file.</summary>
    public required string Store { get; init; }

    /// <summary>SHA-256 of its manifest.</summary>
    public required string Identity { get; init; }

    /// <summary>Size of the file, segments included.</summary>
    public required long Bytes { get; init; }

    /// <summary>Rows over all splits.</summary>
    public required long Examples { get; init; }

    /// <summary>Names of the classes, in the order of the labels.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The splits, in the order of their rows.</summary>
    public required IReadOnlyList<SplitJson> Splits { get; init; }

    /// <summary>The columns.</summary>
    public required IReadOnlyList<ColumnJson> Columns { get; init; }

    /// <summary>The files it was made from.</summary>
    public required IReadOnlyList<StoreSource> Sources { get; init; }

    /// <summary>The files that hold the rows, when rows have been appended; they stand beside the store.</summary>
    public IReadOnlyList<StoreSegment>? Segments { get; init; }

    /// <summary>Pictures that `import --skip-bad` left out.</summary>
    public long? Skipped { get; init; }

    /// <summary>Files and other things that `import --skip-unknown` left out, by their ending or kind.</summary>
    public IReadOnlyDictionary<string, long>? LeftOut { get; init; }

    /// <summary>Columns of the source that a store can't hold, each with what it holds.</summary>
    public IReadOnlyDictionary<string, string>? ColumnsLeftOut { get; init; }

    /// <summary>Pictures with several frames, of which the import took the first.</summary>
    public long? FirstFrames { get; init; }

    /// <summary>True after `--verify`.</summary>
    public bool? Verified { get; init; }

    /// <summary>Full path of the contact sheet after `--picture`.</summary>
    public string? Picture { get; init; }

    /// <summary>Examples in the contact sheet.</summary>
    public int? PictureExamples { get; init; }

    /// <summary>Seconds the import took.</summary>
    public double? Seconds { get; init; }

    public static ExamplesJson Of(ExampleStore store) => new()
    {
        Store = store.Path,
        Identity = store.Identity,
        Bytes = store.Bytes,
        Examples = store.Count,
        Classes = store.ClassNames,
        Splits = [.. store.Splits.Select(split => SplitJson.Of(store, split))],
        Columns = [.. store.Manifest.Columns.Select(column => ColumnJson.Of(store, column))],
        Sources = store.Manifest.Provenance.Sources,
        Segments = store.Manifest.Segments,
        Skipped = ImportNotes.Count(store, "skip-bad"),
        LeftOut = ImportNotes.Under(store, "skip-unknown.") is { Count: > 0 } leftOut
            ? leftOut.ToDictionary(
                entry => entry.Key, entry => ImportNotes.Count(store, "skip-unknown." + entry.Key) ?? 0,
                StringComparer.Ordinal) : null,
        ColumnsLeftOut = ImportNotes.Under(store, "unread.") is { Count: > 0 } columns ? columns : null,
        FirstFrames = ImportNotes.Count(store, "first-frames"),
    };
}

/// <summary>A split of a store.</summary>
internal sealed record SplitJson
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its first row.</summary>
    public required long First { get; init; }

    /// <summary>Number of its examples.</summary>
    public required long Count { get; init; }

    /// <summary>Examples of each class.</summary>
    public IReadOnlyList<long>? ClassCounts { get; init; }

    /// <summary>Mean of each channel, pixels from 0 to 1.</summary>
    public IReadOnlyList<double>? ImageMean { get; init; }

    /// <summary>Standard deviation of each channel, pixels from 0 to 1.</summary>
    public IReadOnlyList<double>? ImageStd { get; init; }

    public static SplitJson Of(ExampleStore store, StoreSplit split)
    {
        ColumnStatistics? Statistics(string column) =>
            store.Manifest.Columns.FirstOrDefault(
                candidate => candidate.Name == column)?.SplitStatistics.GetValueOrDefault(split.Name);
        return new SplitJson
        {
            Name = split.Name,
            First = split.First,
            Count = split.Count,
            ClassCounts = Statistics("label")?.ClassCounts,
            ImageMean = Statistics("image")?.Mean,
            ImageStd = Statistics("image")?.Std,
        };
    }
}

/// <summary>A column of a store.</summary>
internal sealed record ColumnJson
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>`image`, `scalar`, `tensor`, `bytes`, `utf8` or `json`.</summary>
    public required string Kind { get; init; }

    /// <summary>Type of its numbers, as safetensors names it.</summary>
    public required string Type { get; init; }

    /// <summary>Dimensions of one row; empty for single numbers and where rows differ in size.</summary>
    public required IReadOnlyList<int> Shape { get; init; }

    /// <summary>`raw`; `lz4` or `zstd`; `mixed` for images of which each is raw, JPEG or PNG.</summary>
    public required string Codec { get; init; }

    /// <summary>Bytes of all values as they are stored, where a row says how many it has.</summary>
    public long? Bytes { get; init; }

    public static ColumnJson Of(ExampleStore store, StoreColumn column) => new()
    {
        Name = column.Name,
        Kind = column.Kind.ToString().ToLowerInvariant(),
        Type = ElementTypes.NameOf(column.Type),
        Shape = column.Shape,
        Codec = column.Codec,
        Bytes = store.ValueBytes(column),
    };
}
