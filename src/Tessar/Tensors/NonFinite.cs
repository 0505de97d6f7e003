using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Tessar.Tensors;

/// <summary>Finds NaN and infinity: the numbers whose exponent bits are all ones.</summary>
internal static class NonFinite
{
    /// <summary>Row-major index of the first number that isn't finite, or null. Integers are always finite.</summary>
    public static long? FirstIn(ElementType type, ReadOnlySpan<byte> bytes) => type switch
    {
        ElementType.F64 => First(MemoryMarshal.Cast<byte, ulong>(bytes), 0x7ff0_0000_0000_0000UL),
        ElementType.F32 => First(MemoryMarshal.Cast<byte, uint>(bytes), 0x7f80_0000U),
        ElementType.F16 => First(MemoryMarshal.Cast<byte, ushort>(bytes), (ushort)0x7c00),
        ElementType.BF16 => First(MemoryMarshal.Cast<byte, ushort>(bytes), (ushort)0x7f80),
        _ => null,
    };

    /// <summary>"`fc1.weight` isn't finite at [3, 17]".</summary>
    public static string Describe(string name, IReadOnlyList<long> shape, long index)
    {
        var place = new long[shape.Count];
        for (int axis = shape.Count - 1; axis >= 0; axis--)
            (index, place[axis]) = Math.DivRem(index, shape[axis]);
        string text = string.Join(", ", place.Select(i => i.ToString(CultureInfo.InvariantCulture)));
        return $"`{name}` isn't finite at [{text}]";
    }

    private static long? First<T>(ReadOnlySpan<T> bits, T exponent)
        where T : unmanaged, IBinaryInteger<T>
    {
        int at = 0;
        var mask = new Vector<T>(exponent);
        for (; at <= bits.Length - Vector<T>.Count; at += Vector<T>.Count)
        {
            if (Vector.EqualsAny(new Vector<T>(bits[at..]) & mask, mask))
                break;
        }

        for (; at < bits.Length; at++)
        {
            if ((bits[at] & exponent) == exponent)
                return at;
        }

        return null;
    }
}
