using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using Tessar.Examples.Storage;
using Tessar.Tensors;

namespace Tessar.Examples;

/// <summary>One column of an example store: a value in every row.</summary>
/// <remarks>
/// A dense column's values have one size and lie side by side. A ragged column's values have sizes of their own, because they are
/// text, files or compressed; a table of offsets says where each begins.
/// </remarks>
public sealed record StoreColumn
{
    /// <summary>Its name; <c>image</c> and <c>label</c> are the ones that models are trained on.</summary>
    public required string Name { get; init; }

    /// <summary>How its values are meant.</summary>
    public required ColumnKind Kind { get; init; }

    /// <summary>Type of its numbers: U8, I32, I64, F32 or F64; images, bytes and text are U8.</summary>
    [JsonPropertyName("dtype")]
    [JsonConverter(typeof(ElementTypeConverter))]
    public required ElementType Type { get; init; }

    /// <summary>
    /// Dimensions of one row's value, row-major; [height, width, channels] for images, empty for scalars and for what has
    /// another size in every row.
    /// </summary>
    public required IReadOnlyList<int> Shape { get; init; }

    /// <summary>
    /// How the values are coded: <c>raw</c>; <c>lz4</c> or <c>zstd</c>, each row by itself; <c>mixed</c> for images of which
    /// each row says it.
    /// </summary>
    public string Codec { get; init; } = StoreRules.Raw;

    /// <summary>Bytes of one row's value once decompressed; 0 when rows differ.</summary>
    public int Stride { get; init; }

    /// <summary>
    /// Where row 0 begins in the file, or, for ragged columns, the table of offsets; a multiple of 4096. The store's writer sets
    /// it.
    /// </summary>
    public long Offset { get; init; }

    /// <summary>
    /// Where the codecs and sizes of the rows' images begin in the file; null unless the codec is <c>mixed</c>.
    /// </summary>
    public long? Metadata { get; init; }

    /// <summary>Where the values of a ragged column lie; null for dense columns.</summary>
    public StoreBlob? Blob { get; init; }

    /// <summary>
    /// True when a table of offsets says where each row's value begins; false when rows lie at equal distances.
    /// </summary>
    [JsonIgnore]
    public bool IsRagged => Codec != StoreRules.Raw || Kind is ColumnKind.Bytes or ColumnKind.Utf8 or ColumnKind.Json;

    /// <summary>True for images of which each row says how it is coded and how large it is.</summary>
    [JsonIgnore]
    internal bool HasMixedImages => Codec == StoreRules.Mixed;

    /// <summary>The size that all images of this column have, or null.</summary>
    [JsonIgnore]
    internal ImageShape? ImageShape =>
        Kind == ColumnKind.Image && Shape is [int height, int width, int channels]
            ? new ImageShape(height, width, channels)
            : null;

    /// <summary>Statistics of all rows. The store's writer sets them.</summary>
    public ColumnStatistics? Statistics { get; init; }

    /// <summary>Statistics of each split's rows, by its name. The store's writer sets them.</summary>
    public IReadOnlyDictionary<string, ColumnStatistics> SplitStatistics { get; init; } =
        ReadOnlyDictionary<string, ColumnStatistics>.Empty;

    /// <summary>A column of pictures of one size, held as raw pixels.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Size of every picture.</param>
    public static StoreColumn Image(string name, ImageShape shape) => new()
    {
        Name = name,
        Kind = ColumnKind.Image,
        Type = ElementType.U8,
        Shape = [shape.Height, shape.Width, shape.Channels],
        Stride = shape.Size,
    };

    /// <summary>A column of single numbers.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">U8, I32, I64, F32 or F64.</param>
    public static StoreColumn Scalar(string name, ElementType type) => new()
    {
        Name = name,
        Kind = ColumnKind.Scalar,
        Type = type,
        Shape = [],
        Stride = ElementTypes.SizeOf(type),
    };

    /// <summary>A column of arrays.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">U8, I32, I64, F32 or F64.</param>
    /// <param name="shape">Dimensions of every array, each ≥ 1.</param>
    /// <exception cref="OverflowException">A row has 2^31 bytes or more.</exception>
    public static StoreColumn Tensor(string name, ElementType type, params IReadOnlyList<int> shape) => new()
    {
        Name = name,
        Kind = ColumnKind.Tensor,
        Type = type,
        Shape = shape,
        Stride = checked((int)ElementTypes.BytesOf(type, [.. shape.Select(dimension => (long)dimension)])),
    };

    /// <summary>A column of pictures, each with a size and coding of its own.</summary>
    /// <param name="name">Its name.</param>
    public static StoreColumn RaggedImage(string name) => OfBytes(name, ColumnKind.Image, StoreRules.Mixed);

    /// <summary>A column of bytes, in each row as many as it takes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="codec"><c>raw</c>, <c>lz4</c> or <c>zstd</c>.</param>
    public static StoreColumn Bytes(string name, string codec = StoreRules.Raw) => OfBytes(name, ColumnKind.Bytes, codec);

    /// <summary>A column of text in UTF-8.</summary>
    /// <inheritdoc cref="Bytes"/>
    public static StoreColumn Text(string name, string codec = StoreRules.Raw) => OfBytes(name, ColumnKind.Utf8, codec);

    /// <summary>A column of JSON, one value in each row.</summary>
    /// <inheritdoc cref="Bytes"/>
    public static StoreColumn Json(string name, string codec = StoreRules.Raw) => OfBytes(name, ColumnKind.Json, codec);

    /// <summary>The same column, compressed row by row.</summary>
    /// <param name="codec"><c>lz4</c> (fast), <c>zstd</c> (small) or <c>raw</c>.</param>
    /// <returns>A column that a layout can be made of; a codec that doesn't suit it is refused there.</returns>
    public StoreColumn WithCodec(string codec) => this with { Codec = codec };

    private static StoreColumn OfBytes(string name, ColumnKind kind, string codec) =>
        new() { Name = name, Kind = kind, Type = ElementType.U8, Shape = [], Codec = codec };
}
