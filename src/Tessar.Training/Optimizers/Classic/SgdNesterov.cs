using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.Classic;

/// <summary>Stochastic gradient descent that looks ahead along its momentum.</summary>
/// <remarks>
/// With gradient g at parameter θ, decay λ, momentum β, rate η: g ← g + λθ; m ← βm + g; θ ← θ − η (g + βm). Stable on a quadratic
/// of curvature below (2 + 2β) / (η (1 + 2β)). Source: Sutskever et al., "On the importance of initialization and momentum in
/// deep learning", 2013, in the form of PyTorch's SGD.
/// </remarks>
[Optimizer("sgd-nesterov", "gradient descent with Nesterov's momentum",
    Memory = 1, Source = "Sutskever et al. 2013", Base = typeof(Sgd))]
internal sealed class SgdNesterov(TrainedParameters parameters, NamedSettings settings) : WithMomentum(parameters, settings)
{
    /// <inheritdoc/>
    protected override void Update(Tensor parameter, Tensor gradient, Tensor velocity, double decay, double learningRate)
    {
        Tensor g = gradient.add(parameter, decay);
        velocity.mul_(Momentum).add_(g);
        parameter.add_(g, -learningRate).add_(velocity, -learningRate * Momentum);
    }
}
