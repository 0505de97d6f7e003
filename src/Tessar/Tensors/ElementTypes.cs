namespace Tessar.Tensors;

/// <summary>Names and sizes of <see cref="ElementType"/>, and which .NET type holds one element.</summary>
internal static class ElementTypes
{
    /// <summary>Bytes of one element, which is also its alignment.</summary>
    public static int SizeOf(ElementType type) => type switch
    {
        ElementType.F64 or ElementType.I64 => 8,
        ElementType.F32 or ElementType.I32 => 4,
        ElementType.F16 or ElementType.BF16 or ElementType.I16 => 2,
        ElementType.I8 or ElementType.U8 or ElementType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type of safetensors."),
    };

    /// <summary>The name in a safetensors header: <c>"F32"</c>, <c>"BOOL"</c>.</summary>
    public static string NameOf(ElementType type) => type == ElementType.Bool ? "BOOL" : type.ToString();

    /// <summary>The type of that name, or null.</summary>
    public static ElementType? Parse(string name) => name switch
    {
        "F64" => ElementType.F64,
        "F32" => ElementType.F32,
        "F16" => ElementType.F16,
        "BF16" => ElementType.BF16,
        "I64" => ElementType.I64,
        "I32" => ElementType.I32,
        "I16" => ElementType.I16,
        "I8" => ElementType.I8,
        "U8" => ElementType.U8,
        "BOOL" => ElementType.Bool,
        _ => null,
    };

    /// <summary>The element type that a .NET number is stored as.</summary>
    public static ElementType Of<T>()
        where T : unmanaged
    {
        return default(T) switch
        {
            double => ElementType.F64,
            float => ElementType.F32,
            Half => ElementType.F16,
            long => ElementType.I64,
            int => ElementType.I32,
            short => ElementType.I16,
            sbyte => ElementType.I8,
            byte => ElementType.U8,
            bool => ElementType.Bool,
            _ => throw new NotSupportedException($"{typeof(T)} has no element type in safetensors."),
        };
    }

    /// <summary>Bytes of a tensor.</summary>
    /// <exception cref="OverflowException">More than 2^63 − 1 bytes.</exception>
    public static long BytesOf(ElementType type, IReadOnlyList<long> shape)
    {
        long bytes = SizeOf(type);
        bool isEmpty = false;
        foreach (long dimension in shape)
        {
            // A zero anywhere makes the tensor empty, however large the other dimensions are.
            isEmpty |= dimension == 0;
            bytes = checked(bytes * Math.Max(dimension, 1));
        }

        return isEmpty ? 0 : bytes;
    }
}
