namespace Tessar.Examples;

/// <summary>Settings of <see cref="IdxImporter"/>.</summary>
public sealed record IdxImportOptions
{
    /// <summary>
    /// Names of the classes, by label. Null (default): Fashion-MNIST's own names when the labels are those of Fashion-MNIST;
    /// otherwise <c>0</c>, <c>1</c>, … to the largest label, at least to <c>9</c>.
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Most examples to take of a split, by its name; the first ones are taken. Default: all.</summary>
    public IReadOnlyDictionary<string, long> Limits { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Bytes under one checksum of the store: a power of two in [65536, 2^30], default 8 MiB.</summary>
    public int PageSize { get; init; } = 8 << 20;
}
