using System.Numerics;
using System.Runtime.InteropServices;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>
/// Blends every image of a batch with the one before it, the first with the last: x ← λ x + (1 − λ) x', λ from Beta(α, α).
/// </summary>
/// <remarks>
/// One λ per batch, which depends on seed, epoch and the batch's first place in the order. Works in place from the last image
/// to the first; only the last one is copied. Source: Zhang et al., "mixup: beyond empirical risk minimization",
/// arXiv:1710.09412.
/// </remarks>
internal static class Mixup
{
    // Beyond the places that a list of augmentations can have.
    private const int Place = int.MaxValue;

    /// <summary>λ of a batch.</summary>
    /// <param name="alpha">α, above 0.</param>
    /// <param name="key">The key of the epoch.</param>
    /// <param name="position">The batch's first place in the order of the epoch.</param>
    /// <returns>In [0, 1].</returns>
    /// <remarks>Of two Gamma(α) variates the first's share.</remarks>
    public static float Weight(double alpha, ulong key, long position)
    {
        var draws = new Draws(key, (ulong)position, Place);
        double first = Gamma(alpha, ref draws), second = Gamma(alpha, ref draws);
        // Both underflow only for a tiny α, where λ is 0 or 1.
        return first + second > 0 ? (float)(first / (first + second)) : draws.NextBelow(2);
    }

    /// <summary>Blends images in place.</summary>
    /// <param name="images">All images, one after the other.</param>
    /// <param name="size">Numbers of an image.</param>
    /// <param name="weight">λ.</param>
    /// <param name="last">Room for one image.</param>
    public static void Blend(Span<float> images, int size, float weight, Span<float> last)
    {
        int end = images.Length - size;
        images[end..].CopyTo(last);
        for (int at = end; at > 0; at -= size)
            BlendOne(images.Slice(at, size), images.Slice(at - size, size), weight);
        BlendOne(images[..size], last, weight);
    }

    private static void BlendOne(Span<float> image, ReadOnlySpan<float> partner, float weight)
    {
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(image);
        ReadOnlySpan<Vector<float>> widePartner = MemoryMarshal.Cast<float, Vector<float>>(partner);
        var rest = new Vector<float>(1 - weight);
        for (int i = 0; i < wide.Length; i++)
            wide[i] = Vector.FusedMultiplyAdd(widePartner[i], rest, wide[i] * weight);
        for (int i = wide.Length * Vector<float>.Count; i < image.Length; i++)
            image[i] = MathF.FusedMultiplyAdd(partner[i], 1 - weight, image[i] * weight);
    }

    // Marsaglia and Tsang, "A simple method for generating gamma variables", 2000; for α < 1 from Gamma(α + 1).
    private static double Gamma(double alpha, ref Draws draws)
    {
        if (alpha < 1)
            return Gamma(alpha + 1, ref draws) * Math.Pow(1 - (double)draws.NextSingle(), 1 / alpha);
        double d = alpha - (1.0 / 3), c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Math.Sqrt(-2 * Math.Log(1 - (double)draws.NextSingle())) * Math.Cos(2 * Math.PI * draws.NextSingle());
            double v = Math.Pow(1 + (c * x), 3);
            if (v > 0 && Math.Log(1 - (double)draws.NextSingle()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
                return d * v;
        }
    }
}
