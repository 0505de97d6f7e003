using Tessar.Named;
using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.Classic;

/// <summary>Steps of one size: the sign of the momentum.</summary>
/// <remarks>
/// m ← βm + (1 − β)g; θ ← θ − η (sign m + λθ). A coordinate whose momentum is exactly zero stays where it is.
/// Source: Bernstein et al., "signSGD: compressed optimisation for non-convex problems", arXiv:1802.04434, algorithm 2.
/// </remarks>
[Optimizer("signum", "the sign of the momentum, one step size for all", Memory = 1, Source = "arXiv:1802.04434")]
[Setting("learningRate", 1e-3, "rate η of the schedule's top")]
[Setting("momentum", 0.9, "weight β of earlier gradients", Below = 1)]
[Setting("weightDecay", 0, "pull λ towards zero, per unit of η")]
internal sealed class Signum(TrainedParameters parameters, NamedSettings settings) : WithMomentum(parameters, settings)
{
    /// <inheritdoc/>
    protected override void Update(Tensor parameter, Tensor gradient, Tensor velocity, double decay, double learningRate)
    {
        velocity.mul_(Momentum).add_(gradient, 1 - Momentum);
        parameter.mul_(1 - learningRate * decay).add_(velocity.sign(), -learningRate);
    }
}
