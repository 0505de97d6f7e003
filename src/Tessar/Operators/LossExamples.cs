using System.Globalization;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The examples that a loss is a sum over, fetched by their numbers.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Load">
/// The inputs [B, ...] and targets [B, ...] of some examples, numbers in [0, Count); the same for the same numbers, always.
/// Tensors belong to the current dispose scope.
/// </param>
internal sealed record LossExamples(int Count, Func<int[], (Tensor Inputs, Tensor Targets)> Load)
{
    /// <summary>n of an example, by its number: what a mean divides by the sum of. One for each by default.</summary>
    public Func<int, double> Terms { get; init; } = _ => 1;

    /// <summary>Examples in memory.</summary>
    /// <param name="inputs">[N, ...], in any memory layout; stays the caller's.</param>
    /// <param name="targets">[N, ...]; stays the caller's.</param>
    /// <exception cref="ArgumentException">There aren't as many targets as inputs.</exception>
    public static LossExamples Of(Tensor inputs, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.shape[0] != inputs.shape[0])
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"targets: expected {inputs.shape[0]}, one for each input, got {targets.shape[0]}."), nameof(targets));
        }

        return new LossExamples(checked((int)inputs.shape[0]), indices =>
        {
            // A run of examples keeps the memory layout of the whole.
            if (indices.Zip(indices.Skip(1), (a, b) => b == a + 1).All(follows => follows))
                return (inputs.narrow(0, indices[0], indices.Length), targets.narrow(0, indices[0], indices.Length));
            Tensor which = tensor(Array.ConvertAll(indices, i => (long)i));
            return (inputs.index_select(0, which), targets.index_select(0, which));
        });
    }
}
