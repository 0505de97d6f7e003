namespace Tessar.Examples;

/// <summary>What a store is to hold, said before the first row is written.</summary>
public sealed record StoreLayout
{
    /// <summary>Columns; offsets and statistics are filled in by the writer.</summary>
    public required IReadOnlyList<StoreColumn> Columns { get; init; }

    /// <summary>Splits in the order of their rows; <see cref="StoreSplit.First"/> is filled in by the writer.</summary>
    public required IReadOnlyList<StoreSplit> Splits { get; init; }

    /// <summary>Names of the classes; needed by a column <c>label</c>.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>True when rows carry ids of their own; otherwise a row's id is its number.</summary>
    public bool HasIds { get; init; }

    /// <summary>Bytes under one checksum: a power of two in [65536, 2^30], default 8 MiB.</summary>
    public int PageSize { get; init; } = 8 << 20;
}
