using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tessar.Inputs;

/// <summary>
/// Normalises a part of an image row by row, mirrored if wanted, into an image of another width; the rest is filled.
/// </summary>
/// <param name="Rows">Rows that come from the source.</param>
/// <param name="Count">Numbers of a row that come from the source; whole pixels.</param>
/// <param name="FromStride">Numbers of a row of the source.</param>
/// <param name="ToStride">Numbers of a row of the result.</param>
/// <param name="Left">Numbers of a row of the result before those of the source; whole pixels.</param>
/// <param name="IsMirrored">The pixels of a row are taken from last to first.</param>
internal readonly record struct PixelRows(int Rows, int Count, int FromStride, int ToStride, int Left, bool IsMirrored)
{
    private const int Lanes = 8;

    /// <summary>Whether <see cref="NormalizeWide"/> can do it on this processor.</summary>
    /// <param name="channels">Numbers of a pixel.</param>
    public bool AreWide(int channels) =>
        Avx2.IsSupported && Fma.IsSupported && Lanes % channels == 0 && Count >= Lanes && Left <= Lanes
            && ToStride - Left - Count <= Lanes;

    /// <summary>Converts the rows with vectors of 8.</summary>
    /// <param name="from">The first number of the source that is wanted.</param>
    /// <param name="to">The first number of the first row of the result.</param>
    /// <param name="scale">The normalisation.</param>
    /// <param name="fill">What the numbers beside the source are; a pattern over 8 numbers.</param>
    /// <remarks>
    /// What is filled is written before the row, and what is left over at a row's end is converted once more together with
    /// numbers before it; so every write is a whole vector.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void NormalizeWide(byte* from, float* to, PixelScale scale, Vector256<float> fill)
    {
        Vector256<float> a = Vector256.Create(scale.Factors[..Lanes]), b = Vector256.Create(scale.Summands[..Lanes]);
        Vector256<int> backwards = Backwards(scale.Channels);
        int count = Count, last = count - Lanes, left = Left, fromStride = FromStride, toStride = ToStride;
        bool isMirrored = IsMirrored, isPadded = count < toStride;
        for (int row = Rows; row > 0; row--, from += fromStride, to += toStride)
        {
            if (isPadded)
            {
                fill.Store(to);
                fill.Store(to + toStride - Lanes);
            }

            float* target = to + left;
            if (isMirrored)
            {
                byte* end = from + last;
                for (int at = 0; at < last; at += Lanes)
                    Convert(Avx2.PermuteVar8x32(Avx2.ConvertToVector256Int32(end - at), backwards), a, b).Store(target + at);
                Convert(Avx2.PermuteVar8x32(Avx2.ConvertToVector256Int32(from), backwards), a, b).Store(target + last);
            }
            else
            {
                for (int at = 0; at < last; at += Lanes)
                    Convert(Avx2.ConvertToVector256Int32(from + at), a, b).Store(target + at);
                Convert(Avx2.ConvertToVector256Int32(from + last), a, b).Store(target + last);
            }
        }
    }

    /// <summary>Lanes of 8 numbers so that pixels stand from last to first, each as it was.</summary>
    private static Vector256<int> Backwards(int channels) => channels switch
    {
        1 => Vector256.Create(7, 6, 5, 4, 3, 2, 1, 0),
        2 => Vector256.Create(6, 7, 4, 5, 2, 3, 0, 1),
        4 => Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3),
        _ => Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Convert(Vector256<int> values, Vector256<float> a, Vector256<float> b) =>
        Fma.MultiplyAdd(Avx.ConvertToVector256Single(values), a, b);
}
