using System.Runtime.InteropServices;
using Tessar.Examples;
using static TorchSharp.torch;

namespace Tessar.Inputs;

/// <summary>Gathers whole batches from a store straight into tensor memory.</summary>
internal static class Batches
{
    /// <summary>The inputs of some examples.</summary>
    /// <param name="set">Where they are.</param>
    /// <param name="indices">Which of them, each in [0, set.Count).</param>
    /// <param name="input">What they become.</param>
    /// <returns>[indices, …] as the input says, of a picture float32 [indices, channels, height, width]; the caller disposes of
    /// it.</returns>
    /// <exception cref="TessarException">The examples aren't of this kind or shape.</exception>
    public static Tensor Inputs(ExampleSet set, ReadOnlySpan<int> indices, ModelInput input)
    {
        Tensor inputs = input.NewBatch(indices.Length);
        input.Fill(inputs, set, indices);
        return inputs;
    }

    /// <summary>Inputs for a model that computes in another precision: numbers converted, ids as they are.</summary>
    /// <param name="inputs">A batch.</param>
    /// <param name="precision">A type of floating-point numbers.</param>
    /// <param name="copy">Whether to copy even when nothing is to be converted.</param>
    /// <returns>The batch itself, or another; in the current dispose scope.</returns>
    public static Tensor InPrecision(Tensor inputs, ScalarType precision, bool copy = false) =>
        inputs.to_type(inputs.is_floating_point() ? precision : inputs.dtype, copy: copy);

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
}
