using Tessar.Tensors;

namespace Tessar.Examples.Importers.Columns;

/// <summary>One column of a source, in the types that a store knows.</summary>
/// <param name="Name">Its name in the source.</param>
/// <param name="Kind">What its cells are.</param>
/// <param name="Type">Type of its numbers: U8, I32, I64, F32 or F64; U8 for what isn't an array.</param>
/// <param name="Shape">Dimensions of a row's array; empty for single numbers and for what isn't an array.</param>
internal sealed record SourceColumn(string Name, CellKind Kind, ElementType Type, IReadOnlyList<int> Shape)
{
    /// <summary>True for truth values, which are stored as 0 and 1; as a picture, true is white.</summary>
    public bool IsTruth { get; init; }

    /// <summary>Bytes of a row's array.</summary>
    public int Stride => checked((int)ElementTypes.BytesOf(Type, [.. Shape.Select(dimension => (long)dimension)]));

    /// <summary>True for one number a row, however it is wrapped.</summary>
    public bool IsSingleNumber => Kind == CellKind.Array && Shape.All(dimension => dimension == 1);

    /// <summary>True for two numbers or more a row, which may be classes as one-hot rows.</summary>
    public bool IsManyNumbers => Kind == CellKind.Array && !IsSingleNumber;

    /// <summary>True for whole numbers.</summary>
    public bool IsInteger => Kind == CellKind.Array && Type is ElementType.U8 or ElementType.I32 or ElementType.I64;

    /// <summary>A column of numbers.</summary>
    public static SourceColumn Array(string name, ElementType type, params IReadOnlyList<int> shape) =>
        new(name, CellKind.Array, type, shape);

    /// <summary>A column of pictures of one size.</summary>
    public static SourceColumn Pixels(string name, ImageShape shape) =>
        new(name, CellKind.Pixels, ElementType.U8, [shape.Height, shape.Width, shape.Channels]);

    /// <summary>A column whose cells vary in size.</summary>
    public static SourceColumn Of(string name, CellKind kind) => new(name, kind, ElementType.U8, []);

    /// <summary>True when both hold the same sort of cells.</summary>
    public bool Fits(SourceColumn other) =>
        Name == other.Name && Kind == other.Kind && Type == other.Type && IsTruth == other.IsTruth
            && Shape.SequenceEqual(other.Shape);

    /// <summary><c>image (U8 [28, 28])</c>, for errors.</summary>
    public override string ToString() =>
        Kind == CellKind.Array
            ? $"{Name} ({(IsTruth ? "BOOL" : ElementTypes.NameOf(Type))} [{string.Join(", ", Shape)}])"
            : $"{Name} ({Kind.ToString().ToLowerInvariant()})";
}
