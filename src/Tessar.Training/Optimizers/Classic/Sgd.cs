using Tessar.Named;
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
internal sealed class Sgd(TrainedParameters parameters, NamedSettings settings) : WithMomentum(parameters, settings)
{
    /// <inheritdoc/>
    protected override void Update(Tensor parameter, Tensor gradient, Tensor velocity, double decay, double learningRate)
    {
        velocity.mul_(Momentum).add_(gradient).add_(parameter, decay);
        parameter.add_(velocity, -learningRate);
    }
}
