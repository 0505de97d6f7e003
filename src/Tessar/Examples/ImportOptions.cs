namespace Tessar.Examples;

/// <summary>Settings of <see cref="Importer"/>. The defaults suit most sources.</summary>
public sealed record ImportOptions
{
    /// <summary>
    /// Name of the source's format, as <see cref="Importer.Formats"/> lists it; null (default): told by its content.
    /// </summary>
    public string? Format { get; init; }

    /// <summary>
    /// The source's column of pictures. Null (default): one called <c>image</c>, <c>img</c>, <c>jpg</c>, <c>png</c>, <c>x</c>…,
    /// or else the only one that looks like pictures.
    /// </summary>
    public string? Image { get; init; }

    /// <summary>
    /// The source's column of classes: numbers, names, or one-hot rows; or a field of a column of JSON: <c>json.label</c>. Null
    /// (default): one called <c>label</c>, <c>cls</c>, <c>y</c>, <c>target</c>….
    /// </summary>
    public string? Label { get; init; }

    /// <summary>
    /// The source's columns to import, beside those that <see cref="Image"/> and <see cref="Label"/> name. Null (default): all
    /// that a store can hold; what it can't is left out and noted in the provenance.
    /// </summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>
    /// Names of the classes, by label. Null (default): those the source knows; else the names that occur, in ordinal order; else
    /// <c>0</c>, <c>1</c>, … to the largest label.
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Classes whose names differ by upper and lower case alone: an error (default), one class, or several.</summary>
    public ClassCase ClassCase { get; init; }

    /// <summary>Most examples to take of a split, by its name; the first ones are taken. Default: all.</summary>
    public IReadOnlyDictionary<string, long> Limits { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Name of the split, for a source of one split. Null (default): as the source names it, or <c>train</c>.</summary>
    public string? Split { get; init; }

    /// <summary>
    /// Splits to cut a source of one split into, in the order of its rows; one count may be null for all rows that remain.
    /// Of a folder of pictures, whose rows would come class by class, every split gets its share of each class. Empty (default):
    /// not cut.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, long?>> Splits { get; init; } = [];

    /// <summary>
    /// Height and width, each ≥ 1, to which pictures are brought, which are then stored as pixels. Null (default): as they are.
    /// </summary>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>
    /// True to leave out pictures that can't be decoded, and to list them in the provenance. Default false: they are an error.
    /// </summary>
    public bool SkipBad { get; init; }

    /// <summary>
    /// True to leave out files, links and members of archives that no importer reads, and to count them by their ending in the
    /// provenance. Default false: they are an error.
    /// </summary>
    public bool SkipUnknown { get; init; }

    /// <summary>The number to put where a table has none. Null (default): a missing value is an error.</summary>
    public double? Fill { get; init; }

    /// <summary>Bytes under one checksum of the store: a power of two in [65536, 2^30], default 8 MiB.</summary>
    public int PageSize { get; init; } = 8 << 20;
}
