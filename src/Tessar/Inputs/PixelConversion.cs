using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tessar.Inputs;

/// <summary>Turns the bytes of an image into the numbers a model sees, reading and writing each once.</summary>
/// <remarks>
/// Three ways to the same bits: with AVX2, with whatever vectors there are, and number by number for the rest and for tests.
/// </remarks>
internal static unsafe class PixelConversion
{
    /// <summary>numbers[y, x, c] = fma(pixels[y, x, c], a[c], b[c]); see <see cref="PixelScale"/>.</summary>
    /// <param name="pixels">[height, width, channels], whole pixels.</param>
    /// <param name="numbers">As many; overwritten.</param>
    /// <param name="scale">The normalisation.</param>
    public static void Normalize(ReadOnlySpan<byte> pixels, Span<float> numbers, PixelScale scale)
    {
        if (numbers.Length < pixels.Length)
            throw new ArgumentException(
                $"There is room for {numbers.Length} numbers; {pixels.Length} are required.", nameof(numbers));
        if (!Avx2.IsSupported || !Fma.IsSupported || pixels.Length < Vector256<float>.Count)
        {
            Portable(pixels, numbers, scale);
            return;
        }

        fixed (byte* from = pixels)
        fixed (float* to = numbers)
        fixed (float* factors = scale.Factors, summands = scale.Summands)
        {
            if (Vector256<float>.Count % scale.Channels == 0)
                OnePattern(from, to, pixels.Length, Vector256.Load(factors), Vector256.Load(summands));
            else
                ManyPatterns(from, to, pixels.Length, scale.Channels, factors, summands);
        }
    }

    /// <summary>The same without AVX2.</summary>
    internal static void Portable(ReadOnlySpan<byte> pixels, Span<float> numbers, PixelScale scale)
    {
        int at = 0, lanes = Vector<float>.Count;
        // One vector of bytes becomes four of floats.
        for (; lanes <= PixelScale.Lanes && at <= pixels.Length - Vector<byte>.Count; at += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(pixels[at..]), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
            Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
            Span<Vector<float>> target = MemoryMarshal.Cast<float, Vector<float>>(numbers.Slice(at, Vector<byte>.Count));
            target[0] = Convert(first, at, scale);
            target[1] = Convert(second, at + lanes, scale);
            target[2] = Convert(third, at + (2 * lanes), scale);
            target[3] = Convert(fourth, at + (3 * lanes), scale);
        }

        for (; at < pixels.Length; at++)
            numbers[at] = scale.Convert(pixels[at], at % scale.Channels);
    }

    /// <summary>The same number by number: what the others are compared with.</summary>
    internal static void Reference(ReadOnlySpan<byte> pixels, Span<float> numbers, PixelScale scale)
    {
        for (int i = 0; i < pixels.Length; i++)
            numbers[i] = scale.Convert(pixels[i], i % scale.Channels);
    }

    // Values below 256 are the same as signed integers, for which processors have the conversion.
    private static Vector<float> Convert(Vector<uint> values, int at, PixelScale scale)
    {
        int phase = at % scale.Channels;
        return Vector.FusedMultiplyAdd(
            Vector.ConvertToSingle(values.As<uint, int>()), new Vector<float>(scale.Factors[phase..]),
            new Vector<float>(scale.Summands[phase..]));
    }

    // 1, 2, 4 or 8 channels: every vector of 8 numbers has the same factors. What is left over at the end is converted together
    // with some numbers before it, once more and to the same values.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnePattern(byte* from, float* to, int count, Vector256<float> a, Vector256<float> b)
    {
        int at = 0;
        for (; at <= count - 32; at += 32)
        {
            Vector256<int> first = Avx2.ConvertToVector256Int32(from + at), second = Avx2.ConvertToVector256Int32(from + at + 8);
            Vector256<int> third = Avx2.ConvertToVector256Int32(from + at + 16), fourth = Avx2.ConvertToVector256Int32(from + at
                + 24);
            Fma.MultiplyAdd(Avx.ConvertToVector256Single(first), a, b).Store(to + at);
            Fma.MultiplyAdd(Avx.ConvertToVector256Single(second), a, b).Store(to + at + 8);
            Fma.MultiplyAdd(Avx.ConvertToVector256Single(third), a, b).Store(to + at + 16);
            Fma.MultiplyAdd(Avx.ConvertToVector256Single(fourth), a, b).Store(to + at + 24);
        }

        for (; at < count; at += 8)
        {
            int here = Math.Min(at, count - 8);
            Fma.MultiplyAdd(Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(from + here)), a, b).Store(to + here);
        }
    }

    // Any other number of channels: the factors repeat after as many vectors as there are channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ManyPatterns(byte* from, float* to, int count, int channels, float* factors, float* summands)
    {
        int at = 0, phase = 0;
        for (; at <= count - 8; at += 8)
        {
            Vector256<float> values = Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(from + at));
            Fma.MultiplyAdd(values, Vector256.Load(factors + phase), Vector256.Load(summands + phase)).Store(to + at);
            phase += 8;
            while (phase >= channels)
                phase -= channels;
        }

        for (; at < count; at++)
            to[at] = MathF.FusedMultiplyAdd(from[at], factors[at % channels], summands[at % channels]);
    }
}
