namespace Tessar.Examples;

/// <summary>Settings of <see cref="Exporter"/>.</summary>
public sealed record ExportOptions
{
    /// <summary>The split to export; null (default) for all.</summary>
    public string? Split { get; init; }

    /// <summary>
    /// Bytes after which a new WebDataset shard begins, ≥ 1; null (default) for one file to each split. Other formats aren't
    /// sharded.
    /// </summary>
    public long? ShardBytes { get; init; }

    /// <summary>True to replace files that exist. Default false: they are an error.</summary>
    public bool Replace { get; init; }
}
