using System.Numerics;
using System.Runtime.InteropServices;

namespace Tessar.Runs;

/// <summary>Turns the bytes of an image into the numbers a model sees.</summary>
internal static class PixelConversion
{
    /// <summary>out[y, x, c] = (pixel[y, x, c] / 255 − mean[c]) / std[c], each operation rounded to float32.</summary>
    /// <param name="pixels">[height, width, channels].</param>
    /// <param name="numbers">[height, width, channels]; overwritten.</param>
    /// <param name="input">The normalisation.</param>
    /// <remarks>Divisions, not products with reciprocals: so the numbers are those of PyTorch's usual transforms, bit for bit.</remarks>
    public static void Normalise(ReadOnlySpan<byte> pixels, Span<float> numbers, InputNormalization input)
    {
        if (input.Mean.Count == 1)
        {
            NormaliseGrey(pixels, numbers, input.Mean[0], input.Std[0]);
            return;
        }

        for (int channel = 0; channel < input.Mean.Count; channel++)
        {
            float mean = input.Mean[channel], std = input.Std[channel];
            for (int i = channel; i < pixels.Length; i += input.Mean.Count)
                numbers[i] = (pixels[i] / 255f - mean) / std;
        }
    }

    private static void NormaliseGrey(ReadOnlySpan<byte> pixels, Span<float> numbers, float mean, float std)
    {
        int at = 0;
        // One vector of bytes becomes four of floats.
        for (; at <= pixels.Length - Vector<byte>.Count; at += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(pixels[at..]), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
            Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
            Span<Vector<float>> target = MemoryMarshal.Cast<float, Vector<float>>(numbers.Slice(at, Vector<byte>.Count));
            target[0] = Convert(first);
            target[1] = Convert(second);
            target[2] = Convert(third);
            target[3] = Convert(fourth);
        }

        for (; at < pixels.Length; at++)
            numbers[at] = (pixels[at] / 255f - mean) / std;

        // Values below 256 are the same as signed integers, for which processors have the conversion.
        Vector<float> Convert(Vector<uint> values) =>
            (Vector.ConvertToSingle(values.As<uint, int>()) / new Vector<float>(255f) - new Vector<float>(mean)) / new Vector<float>(std);
    }
}
