using Tessar.Named;
using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.Classic;

/// <summary>Steps of a size of their own for each parameter, from running means of gradient and squared gradient.</summary>
/// <remarks>
/// With gradient g at parameter θ, update t from 1: g ← g + λθ; m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²;
/// θ ← θ − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε). Decay passes through the division; <c>adamw</c> keeps it apart.
/// Source: Kingma and Ba, "Adam: a method for stochastic optimization", arXiv:1412.6980, algorithm 1.
/// </remarks>
[Optimizer("adam", "a step size of its own for each parameter",
    Memory = 2, FittedRate = 1, Source = "arXiv:1412.6980", Base = typeof(AdamW))]
[Setting("weightDecay", 0, "pull λ towards zero, added to the gradient")]
internal sealed class Adam(TrainedParameters parameters, NamedSettings settings) : WithMoments(parameters, settings)
{
    /// <inheritdoc/>
    protected override void Update(int index, Tensor parameter, Tensor gradient, double learningRate, long update) =>
        Descend(index, parameter, gradient.add(parameter, DecayOf(index, WeightDecay)), learningRate, update);
}
