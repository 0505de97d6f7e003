using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tessar.Lenses.Data.Search;

/// <summary>Turns stored numbers into fp32, exactly.</summary>
internal static unsafe class SingleRows
{
    private const uint Infinity = 0x7F800000;

    /// <summary>Converts fp16 numbers.</summary>
    /// <remarks>
    /// Exponent and mantissa, moved to their place in fp32, are the number times 2^-112; the product with 2^112 is exact, for
    /// subnormal numbers too. Where all bits of the fp16 exponent are set (infinity and NaN), all bits of the fp32 exponent are
    /// set afterwards.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromHalf(ushort* from, float* to, int count)
    {
        int i = 0;
        Vector256<float> scale = Vector256.Create(5.192296858534828e33f); // 2^112
        for (; i <= count - 16; i += 16)
        {
            (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(Vector256.Load(from + i));
            Convert(lower, scale).Store(to + i);
            Convert(upper, scale).Store(to + i + 8);
        }

        for (; i < count; i++)
            to[i] = (float)BitConverter.UInt16BitsToHalf(from[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Convert(Vector256<uint> half, Vector256<float> scale)
    {
        Vector256<uint> magnitude = half & Vector256.Create(0x7FFFu);
        Vector256<uint> special = Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create(0x7BFF))
            .AsUInt32() & Vector256.Create(Infinity);
        Vector256<uint> sign = (half ^ magnitude) << 16;
        Vector256<float> value = (magnitude << 13).AsSingle() * scale;
        return (value.AsUInt32() | special | sign).AsSingle();
    }
}
