namespace Tessar.Examples;

/// <summary>
/// What a store says about itself; the JSON at the end of the file. Its size doesn't grow with the number of rows.
/// </summary>
/// <remarks>
/// Its SHA-256 is the store's identity, and through the checksums' digest that identity covers every byte of data.
/// </remarks>
public sealed record StoreManifest
{
    /// <summary>Version of this description, the same as the file's: 1, or 2 with ragged columns or segments.</summary>
    public required int Schema { get; init; }

    /// <summary>Rows.</summary>
    public required long Count { get; init; }

    /// <summary>Columns, in the order of their bytes.</summary>
    public required IReadOnlyList<StoreColumn> Columns { get; init; }

    /// <summary>Splits, one after the other from row 0 to the last.</summary>
    public required IReadOnlyList<StoreSplit> Splits { get; init; }

    /// <summary>Names of the classes that labels index.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Where the rows' ids begin in the file (one u64 each), or null when a row's id is its number.</summary>
    public long? Ids { get; init; }

    /// <summary>
    /// The files that hold the rows, when this one only names them; null when it holds the rows itself. A split's rows run
    /// through the segments in their order.
    /// </summary>
    public IReadOnlyList<StoreSegment>? Segments { get; init; }

    /// <summary>Where the page checksums are, and their digest.</summary>
    public required StoreChecksums Checksums { get; init; }

    /// <summary>What the store was made from.</summary>
    public required StoreProvenance Provenance { get; init; }
}

/// <summary>A file that holds some of a store's rows; a store in its own right.</summary>
/// <param name="File">Its name, without folder; it stands beside the file that names it.</param>
/// <param name="Identity">Its identity.</param>
public sealed record StoreSegment(string File, string Identity);

/// <summary>The checksums of a store: an XXH64 of each page of the columns and ids.</summary>
/// <param name="PageSize">Bytes of a page, counted from the start of the file; a power of two in [65536, 2^30].</param>
/// <param name="Offset">Where the checksums begin in the file (one u64 each).</param>
/// <param name="Count">Pages.</param>
/// <param name="Sha256">SHA-256 of the checksums, in lower-case hexadecimal.</param>
public sealed record StoreChecksums(int PageSize, long Offset, long Count, string Sha256);

/// <summary>What a store was made from.</summary>
/// <param name="Kind">Kind of source: <c>idx</c>, <c>arrays</c>, …</param>
/// <param name="Sources">The files it was made from.</param>
/// <param name="Settings">What the import was told beyond its defaults, by name.</param>
public sealed record StoreProvenance(
    string Kind, IReadOnlyList<StoreSource> Sources, IReadOnlyDictionary<string, string> Settings);

/// <summary>A file that a store was made from, as it was after decompression.</summary>
/// <param name="Name">Its name, without folder and without <c>.gz</c>.</param>
/// <param name="Bytes">Its length, decompressed.</param>
/// <param name="Sha256">SHA-256 of its content, decompressed, in lower-case hexadecimal.</param>
public sealed record StoreSource(string Name, long Bytes, string Sha256);
