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
internal sealed class Signum : GradientOptimizer
{
    private readonly double momentum;
    private readonly double weightDecay;
    private readonly Tensor[] velocity;

    public Signum(TrainedParameters parameters, NamedSettings settings)
        : base(parameters)
    {
        momentum = settings["momentum"];
        weightDecay = settings["weightDecay"];
        velocity = Remember("momentum");
    }

    protected override void Update(int index, Tensor parameter, Tensor gradient, double learningRate, long update)
    {
        Tensor m = velocity[index];
        m.mul_(momentum).add_(gradient, 1 - momentum);
        parameter.mul_(1 - learningRate * DecayOf(index, weightDecay)).add_(m.sign(), -learningRate);
    }
}
