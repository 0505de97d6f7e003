using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.Classic;

/// <summary>Stochastic gradient descent with heavy-ball momentum and L2 decay.</summary>
/// <remarks>
/// With gradient g at parameter θ, decay λ, momentum β, rate η: g ← g + λθ; m ← βm + g; θ ← θ − ηm. The momentum isn't damped by
/// 1 − β, as in PyTorch's SGD. Memory: one number per parameter. Source: Polyak, "Some methods of speeding up the convergence of
/// iteration methods", 1964.
/// </remarks>
[Optimizer("sgd", "gradient descent with heavy-ball momentum", Memory = 1, Source = "Polyak 1964")]
[Setting("learningRate", 0.05, "rate η of the schedule's top")]
[Setting("momentum", 0.9, "weight β of earlier gradients", Below = 1)]
[Setting("weightDecay", 5e-4, "pull λ towards zero, added to the gradient")]
internal sealed class Sgd : GradientOptimizer
{
    private readonly double momentum;
    private readonly double weightDecay;
    private readonly Tensor[] velocity;

    public Sgd(TrainedParameters parameters, NamedSettings settings)
        : base(parameters)
    {
        momentum = settings["momentum"];
        weightDecay = settings["weightDecay"];
        velocity = Remember("momentum");
    }

    protected override void Update(int index, Tensor parameter, Tensor gradient, double learningRate, long update)
    {
        Tensor m = velocity[index];
        m.mul_(momentum).add_(gradient).add_(parameter, DecayOf(index, weightDecay));
        parameter.add_(m, -learningRate);
    }
}
