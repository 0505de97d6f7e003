using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.Classic;

/// <summary>Optimisers that remember one running sum or mean of gradients.</summary>
internal abstract class WithMomentum : GradientOptimizer
{
    private readonly double _weightDecay;
    private readonly Tensor[] _velocity;

    protected WithMomentum(TrainedParameters parameters, NamedSettings settings)
        : base(parameters)
    {
        Momentum = settings["momentum"];
        _weightDecay = settings["weightDecay"];
        _velocity = Remember("momentum");
    }

    /// <summary>β, the weight of earlier gradients.</summary>
    protected double Momentum { get; }

    /// <inheritdoc/>
    protected sealed override void Update(int index, Tensor parameter, Tensor gradient, double learningRate, long update) =>
        Update(parameter, gradient, _velocity[index], DecayOf(index, _weightDecay), learningRate);

    /// <summary>Changes one parameter in place, and what is remembered of its gradients.</summary>
    /// <param name="parameter">The parameter θ.</param>
    /// <param name="gradient">Its gradient; not changed.</param>
    /// <param name="velocity">What is remembered, of its shape.</param>
    /// <param name="decay">The pull λ on this parameter.</param>
    /// <param name="learningRate">The rate η of this update.</param>
    protected abstract void Update(Tensor parameter, Tensor gradient, Tensor velocity, double decay, double learningRate);
}
