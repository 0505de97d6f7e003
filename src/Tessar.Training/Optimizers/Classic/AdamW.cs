using Tessar.Named;
using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.Classic;

/// <summary>Adam with weight decay kept apart from the gradient.</summary>
/// <remarks>
/// With gradient g at parameter θ, update t from 1: θ ← (1 − ηλ)θ; m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²;
/// θ ← θ − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε). Memory: two numbers per parameter.
/// Source: Loshchilov and Hutter, "Decoupled weight decay regularization", arXiv:1711.05101, algorithm 2; defaults as in PyTorch.
/// </remarks>
[Optimizer("adamw", "Adam with decay kept apart from the gradient", Memory = 2, FittedRate = 1, Source = "arXiv:1711.05101")]
[Setting("learningRate", 1e-3, "rate η of the schedule's top")]
[Setting("beta1", 0.9, "weight β₁ of earlier gradients", Below = 1)]
[Setting("beta2", 0.999, "weight β₂ of earlier squared gradients", Below = 1)]
[Setting("epsilon", 1e-8, "smallest divisor ε", Min = 1e-30)]
[Setting("weightDecay", 0.01, "pull λ towards zero, per unit of η")]
internal sealed class AdamW(TrainedParameters parameters, NamedSettings settings) : WithMoments(parameters, settings)
{
    /// <inheritdoc/>
    protected override void Update(int index, Tensor parameter, Tensor gradient, double learningRate, long update)
    {
        parameter.mul_(1 - learningRate * DecayOf(index, WeightDecay));
        Descend(index, parameter, gradient, learningRate, update);
    }
}
