using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using Tessar.Tensors;

namespace Tessar.Examples;

/// <summary>One column of an example store: a value of the same shape in every row.</summary>
public sealed record StoreColumn
{
    /// <summary>Its name; <c>image</c> and <c>label</c> are the ones that models are trained on.</summary>
    public required string Name { get; init; }

    /// <summary>How its numbers are meant.</summary>
    public required ColumnKind Kind { get; init; }

    /// <summary>Type of its numbers: U8, I32, I64, F32 or F64; images are U8.</summary>
    [JsonPropertyName("dtype")]
    [JsonConverter(typeof(ElementTypeConverter))]
    public required ElementType Type { get; init; }

    /// <summary>Dimensions of one row's value, row-major; [height, width, channels] for images, empty for scalars.</summary>
    public required IReadOnlyList<int> Shape { get; init; }

    /// <summary>How the bytes are coded; always <c>raw</c> in this version.</summary>
    public string Codec { get; init; } = "raw";

    /// <summary>Bytes of one row, without gap between rows.</summary>
    public int Stride { get; init; }

    /// <summary>Where row 0 begins in the file; a multiple of 4096. The store's writer sets it.</summary>
    public long Offset { get; init; }

    /// <summary>Statistics of all rows. The store's writer sets them.</summary>
    public ColumnStatistics? Statistics { get; init; }

    /// <summary>Statistics of each split's rows, by its name. The store's writer sets them.</summary>
    public IReadOnlyDictionary<string, ColumnStatistics> SplitStatistics { get; init; } =
        ReadOnlyDictionary<string, ColumnStatistics>.Empty;

    /// <summary>A column of pictures.</summary>
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
}
