using System.Numerics;

namespace Tessar.Lenses.Data.Search;

/// <summary>
/// Sums of fp32 numbers without any rounding, so that the order of adding doesn't matter; one rounding to fp64 in the end.
/// </summary>
/// <remarks>
/// Every finite fp32 number is an integer times 2^-149, of at most 277 bits. A sum is held in nine pieces of 32 bits, each in 64,
/// whose carries are settled only when the sum is read: room for 2^31 additions.
/// </remarks>
internal static class ExactSum
{
    /// <summary>Pieces per sum.</summary>
    public const int Pieces = 9;

    /// <summary>Adds a finite number.</summary>
    public static void Add(Span<long> sum, float number)
    {
        uint bits = BitConverter.SingleToUInt32Bits(number);
        int exponent = (int)(bits >> 23) & 0xFF;
        long mantissa = bits & 0x7FFFFF;
        // Subnormal numbers have the exponent of the smallest normal ones and no leading bit.
        if (exponent > 0)
            mantissa |= 0x800000;
        int place = Math.Max(0, exponent - 1);
        long shifted = mantissa << (place & 31);
        long sign = -(long)(bits >> 31);
        sum[place >> 5] += ((shifted & 0xFFFFFFFF) ^ sign) - sign;
        sum[(place >> 5) + 1] += ((shifted >> 32) ^ sign) - sign;
    }

    /// <summary>The sum, rounded to the nearest fp64 number, half to even.</summary>
    public static double Read(ReadOnlySpan<long> sum)
    {
        BigInteger whole = 0;
        for (int i = Pieces - 1; i >= 0; i--)
            whole = (whole << 32) + sum[i];
        var magnitude = BigInteger.Abs(whole);
        // 64 leading bits, the last of which stands for all that follow: enough to round correctly.
        int drop = (int)Math.Max(0, magnitude.GetBitLength() - 64);
        ulong leading = (ulong)(magnitude >> drop);
        if (drop > 0 && !(magnitude & ((BigInteger.One << drop) - 1)).IsZero)
            leading |= 1;
        double rounded = Math.ScaleB((double)leading, drop - 149);
        return whole.Sign < 0 ? -rounded : rounded;
    }
}
