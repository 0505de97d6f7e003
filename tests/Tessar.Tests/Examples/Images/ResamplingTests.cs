using CsCheck;
using Tessar.Examples;
using Tessar.Examples.Images;

namespace Tessar.Tests.Examples.Images;

public sealed class ResamplingTests
{
    [Fact]
    public void Halving_takes_the_mean_of_four_pixels_halves_rounded_up() =>
        Assert.Equal([2, 5], Resize([1, 2, 9, 0, 3, 0, 3, 8], new(2, 4, 1), new(1, 2, 1)));

    [Fact]
    public void Shrinking_by_a_fraction_weighs_pixels_by_their_overlap() =>

        // Three pixels to two: (0 · 2 + 90 · 1) / 3 and (90 · 1 + 30 · 2) / 3.
        Assert.Equal([30, 50], Resize([0, 90, 30], new(1, 3, 1), new(1, 2, 1)));

    [Fact]
    public void Growing_is_bilinear_with_half_pixel_centers_and_repeated_edges() =>
        Assert.Equal([0, 25, 75, 100], Resize([0, 100], new(1, 2, 1), new(1, 4, 1)));

    [Fact]
    public void Axes_are_treated_apart() =>

        // Width halves, height doubles.
        Assert.Equal([10, 15, 25, 30], Resize([0, 20, 20, 40], new(2, 2, 1), new(4, 1, 1)));

    [Fact]
    public void Same_size_is_a_copy() => Assert.Equal([7, 8, 9], Resize([7, 8, 9], new(1, 1, 3), new(1, 1, 3)));

    [Fact]
    public void Every_size_follows_the_definition() => Gen.Select(
        Gen.Int[1, 30], Gen.Int[1, 30], Gen.Int[1, 30], Gen.Int[1, 30], Gen.Int[1, 4], Gen.Int).Sample(
        (height, width, newHeight, newWidth, channels, seed) =>
        {
            ImageShape from = new(height, width, channels), to = new(newHeight, newWidth, channels);
            byte[] pixels = new byte[from.Size];
            new Random(seed).NextBytes(pixels);
            byte[] found = Resize(pixels, from, to);
            for (int i = 0; i < found.Length; i++)
            {
                int y = i / channels / newWidth, x = i / channels % newWidth, channel = i % channels;
                double exact = 0;
                for (int sy = 0; sy < height; sy++)
                {
                    double weight = Weight(height, newHeight, y, sy);
                    for (int sx = 0; sx < width && weight > 0; sx++)
                        exact += weight * Weight(width, newWidth, x, sx) * pixels[(((sy * width) + sx) * channels) + channel];
                }

                Assert.InRange(found[i], exact - 0.5 - 1e-9, exact + 0.5 + 1e-9);
            }
        },
        iter: 300);

    [Fact]
    public void Constant_images_stay_constant() => Gen.Select(Gen.Int[1, 300], Gen.Int[1, 300], Gen.Byte).Sample(
        (from, to, value) =>
        {
            byte[] pixels = new byte[from];
            Array.Fill(pixels, value);
            Assert.All(Resize(pixels, new(1, from, 1), new(1, to, 1)), pixel => Assert.Equal(value, pixel));
        },
        iter: 200);

    [Fact]
    public void Images_that_do_not_agree_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Resize([1, 2, 3], new(1, 1, 3), new(1, 1, 1)));
        Assert.Throws<ArgumentException>(() => Resize([1, 2], new(1, 1, 3), new(1, 1, 3)));
    }

    [Fact]
    public void Channels_are_converted_before_the_size()
    {
        byte[] gray = new byte[2];
        Pixels.Fit([255, 0, 0, 0, 255, 0], new(1, 2, 3), gray, new(1, 2, 1));
        Assert.Equal([76, 150], gray);
        byte[] wide = new byte[4];
        Pixels.Fit([9, 80], new(1, 1, 2), wide, new(1, 1, 4));
        Assert.Equal([9, 9, 9, 80], wide);
        Pixels.Fit([1, 2, 3], new(1, 1, 3), wide, new(1, 1, 4));
        Assert.Equal([1, 2, 3, 255], wide);
        byte[] one = new byte[1];
        Pixels.Fit([255, 0, 0, 0, 255, 0], new(1, 2, 3), one, new(1, 1, 1));
        Assert.Equal([113], one);
    }

    /// <summary>The definition in real numbers: overlap when shrinking, a triangle about the centre when growing.</summary>
    private static double Weight(int from, int to, int target, int source)
    {
        double step = (double)from / to;
        if (to < from)
            return Math.Max(0, Math.Min((target + 1) * step, source + 1) - Math.Max(target * step, source)) / step;
        double center = Math.Clamp(((target + 0.5) * step) - 0.5, 0, from - 1);
        return Math.Max(0, 1 - Math.Abs(center - source));
    }

    private static byte[] Resize(byte[] pixels, ImageShape from, ImageShape to)
    {
        byte[] result = new byte[to.Size];
        Resampling.Resize(pixels, from, result, to);
        return result;
    }
}
