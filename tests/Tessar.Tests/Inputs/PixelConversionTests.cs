using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Tests.Runs;
using static TorchSharp.torch;

namespace Tessar.Tests.Inputs;

public sealed class PixelConversionTests
{
    private delegate void Conversion(ReadOnlySpan<byte> pixels, Span<float> numbers, PixelScale scale);

    private static readonly InputNormalization _gray = new([0.286f], [0.353f]);

    public static TheoryData<string, float[], float[]> Sets => new()
    {
        { "Fashion-MNIST", [0.286041f], [0.353024f] },
        { "CIFAR-10", [125.307f / 255, 122.961f / 255, 113.8575f / 255], [51.5865f / 255, 50.847f / 255, 51.255f / 255] },
        { "two channels", [0.5f, 0.1f], [0.5f, 0.3f] },
        { "four channels", [0.5f, 0.4f, 0.3f, 0], [0.2f, 0.25f, 0.3f, 1] },
        { "five channels", [0.5f, 0.4f, 0.3f, 0, 1], [0.2f, 0.25f, 0.3f, 1, 0.5f] },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void Every_value_of_a_pixel_is_within_5e_7_of_its_float64_table(string set, float[] mean, float[] std)
    {
        byte[] pixels = [.. Enumerable.Range(0, 256 * mean.Length).Select(i => (byte)(i / mean.Length))];
        float[] numbers = new float[pixels.Length];
        PixelConversion.Normalize(pixels, numbers, new PixelScale(new InputNormalization(mean, std)));
        for (int i = 0; i < numbers.Length; i++)
        {
            int channel = i % mean.Length;
            Assert.True(
                Math.Abs(numbers[i] - (pixels[i] / 255.0 - mean[channel]) / std[channel]) <= 5e-7,
                $"{set}: {pixels[i]} in channel {channel}");
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void All_paths_give_the_same_bits_for_every_length(string set, float[] mean, float[] std)
    {
        var scale = new PixelScale(new InputNormalization(mean, std));
        for (int width = 1; width < 200; width++)
        {
            byte[] pixels = [.. Enumerable.Range(0, width * mean.Length).Select(i => (byte)(i * 7))];
            float[] expected = new float[pixels.Length], numbers = new float[pixels.Length + 1];
            PixelConversion.Reference(pixels, expected, scale);
            foreach (Conversion convert in (Conversion[])[PixelConversion.Normalize, PixelConversion.Portable])
            {
                Array.Fill(numbers, 77);
                convert(pixels, numbers, scale);
                Assert.True(numbers.AsSpan(..^1).SequenceEqual(expected), $"{set}, {width} pixels");
                Assert.Equal(77, numbers[^1]);
            }
        }
    }

    [Fact]
    public void Numbers_are_those_of_dividing_in_libtorch_but_for_rounding()
    {
        using var scope = NewDisposeScope();
        byte[] pixels = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        float[] numbers = new float[256];
        PixelConversion.Normalize(pixels, numbers, new PixelScale(_gray));
        float[] expected = tensor(pixels).to(float32).div(255).sub(tensor(0.286f)).div(tensor(0.353f)).data<float>().ToArray();
        for (int i = 0; i < 256; i++)
            Assert.Equal(expected[i], numbers[i], 1e-6f);
    }

    [Fact]
    public void Each_channel_has_its_own_mean_and_deviation()
    {
        // Two rows of two pixels of three channels.
        byte[] pixels = [0, 51, 102, 255, 0, 51, 102, 255, 0, 51, 102, 255];
        float[] numbers = new float[12];
        PixelConversion.Normalize(pixels, numbers, new PixelScale(new InputNormalization([0, 0.2f, 0.4f], [1, 0.5f, 2])));
        Assert.Equal([0, 0, 0, 1, -0.4f, -0.1f, 0.4f, 1.6f, -0.2f, 0.2f, 0.4f, 0.3f], numbers, (a, b) => Math.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void Batch_holds_the_chosen_examples_in_their_order()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = ExampleStore.Open(SmallData.Write(folder, channels: 3));
        var set = new ExampleSet(store, "test", 4, 20);
        var input = (ImageInput)ModelInput.Of(store);
        TensorBalance.Holds(() =>
        {
            using var scope = NewDisposeScope();
            int[] indices = [7, 0, 7, 19];
            Tensor images = Batches.Inputs(set, indices, input), labels = Batches.Labels(set, indices);
            Assert.Equal([4, 3, 6, 6], images.shape);
            Assert.Equal([108, 1, 18, 3], images.stride());
            Assert.Equal(indices.Select(i => (long)set.Label(i)), labels.data<long>().ToArray());
            for (int i = 0; i < indices.Length; i++)
            {
                float[] expected = new float[3 * 6 * 6];
                PixelConversion.Reference(set.Image(indices[i]), expected, input.Scale);
                // The expected numbers are in memory order, channels last.
                Assert.Equal(expected, images[i].permute(1, 2, 0).contiguous().data<float>().ToArray());
            }
        });
    }

    [Fact]
    public void Default_normalization_gives_the_training_split_mean_zero_and_variance_one()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using ExampleStore store = ExampleStore.Open(SmallData.Write(folder, channels: 2));
        ExampleSet train = ExampleSet.Parse(store, "train");
        Tensor images = Batches.Inputs(train, [.. Enumerable.Range(0, train.Count)], ModelInput.Of(store)).to(float64);
        foreach (double mean in images.mean([0, 2, 3]).data<double>())
            Assert.Equal(0, mean, 1e-5);
        foreach (double variance in images.square().mean([0, 2, 3]).data<double>())
            Assert.Equal(1, variance, 1e-5);
    }

    [Fact]
    public void Normalization_of_a_constant_channel_does_not_divide_by_zero()
    {
        Assert.Null(new InputNormalization([0], [1]).Objection(1));
        Assert.Contains("is 0", new InputNormalization([0], [0]).Objection(1), StringComparison.Ordinal);
        Assert.Contains("is NaN", new InputNormalization([float.NaN], [1]).Objection(1), StringComparison.Ordinal);
        Assert.Contains(
            "1 means and 1 standard deviations, the images have 3", new InputNormalization([0], [1]).Objection(3),
            StringComparison.Ordinal);
    }
}
