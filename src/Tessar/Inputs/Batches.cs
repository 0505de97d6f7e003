using System.Runtime.InteropServices;
using Tessar.Examples;
using static TorchSharp.torch;

namespace Tessar.Inputs;

/// <summary>Gathers whole batches from a store straight into tensor memory.</summary>
internal static class Batches
{
    /// <summary>The images of some examples.</summary>
    /// <param name="set">Where they are.</param>
    /// <param name="indices">Which of them, each in [0, set.Count).</param>
    /// <param name="input">The normalisation.</param>
    /// <returns>Normalised images, float32 [indices, channels, height, width]; the caller disposes of it.</returns>
    public static Tensor Inputs(ExampleSet set, ReadOnlySpan<int> indices, InputNormalization input)
    {
        ImageShape image = set.Store.Image;
        Tensor inputs = NewInputs(indices.Length, image);
        FillInputs(inputs, set, indices, input);
        return inputs;
    }

    /// <inheritdoc cref="ImageLayout.ChannelsLast"/>
    public static Tensor NewInputs(int count, ImageShape image) => ImageLayout.ChannelsLast(count, image);

    /// <summary>The labels of some examples, edits applied.</summary>
    /// <param name="set">Where they are.</param>
    /// <param name="indices">Which of them, each in [0, set.Count).</param>
    /// <returns>int64 [indices]; the caller disposes of it.</returns>
    public static Tensor Labels(ExampleSet set, ReadOnlySpan<int> indices)
    {
        Tensor labels = empty([indices.Length], int64);
        FillLabels(labels, set, indices);
        return labels;
    }

    /// <summary>Fills a tensor made for these images.</summary>
    /// <param name="inputs">From <see cref="NewInputs"/>, or the first images of it; overwritten.</param>
    /// <param name="set">Where they are.</param>
    /// <param name="indices">Which of them, each in [0, set.Count).</param>
    /// <param name="input">The normalisation.</param>
    public static void FillInputs(Tensor inputs, ExampleSet set, ReadOnlySpan<int> indices, InputNormalization input)
    {
        ImageShape image = set.Store.Image;
        int size = image.Height * image.Width * image.Channels;
        using Tensor inMemoryOrder = inputs.permute(0, 2, 3, 1);
        Span<float> numbers = MemoryMarshal.Cast<byte, float>(inMemoryOrder.bytes);
        var scale = new PixelScale(input);
        byte[] decoded = set.Store.HasRawImages ? [] : new byte[size];
        for (int i = 0; i < indices.Length; i++)
            PixelConversion.Normalise(Pixels(set, indices[i], image, decoded), numbers.Slice(i * size, size), scale);
    }

    /// <summary>Fills a tensor made for these labels; costs no allocation.</summary>
    /// <param name="labels">int64 [indices], contiguous, on the CPU; overwritten.</param>
    /// <param name="set">Where they are.</param>
    /// <param name="indices">Which of them, each in [0, set.Count).</param>
    public static void FillLabels(Tensor labels, ExampleSet set, ReadOnlySpan<int> indices)
    {
        Span<long> numbers = MemoryMarshal.Cast<byte, long>(labels.bytes);
        for (int i = 0; i < indices.Length; i++)
            numbers[i] = set.Label(indices[i]);
    }

    /// <summary>An image's pixels where they lie, or decoded.</summary>
    private static ReadOnlySpan<byte> Pixels(ExampleSet set, int index, ImageShape image, byte[] decoded)
    {
        if (decoded.Length == 0)
            return set.Image(index);
        set.ReadImage(index, image, decoded);
        return decoded;
    }
}
