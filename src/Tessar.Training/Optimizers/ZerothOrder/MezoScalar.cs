using Tessar.Named;
using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.ZerothOrder;

/// <summary>MeZO whose rate follows the size of the slopes, one number for all parameters.</summary>
/// <remarks>
/// v ← β₂v + (1 − β₂)ρ²; θ ← (1 − ηλ)θ − η ρz / (√(v / (1 − β₂ᵗ)) + ζ). The control for adaptive variants: if it does as well, a
/// step size for each parameter isn't what helps. Source: arXiv:2605.03869, which reports just that.
/// </remarks>
[Optimizer("mezo-scalar", "mezo with one adaptive rate for all parameters",
    Memory = 0, Forward = 2, Backward = 0, Schedule = "constant", Source = "arXiv:2605.03869")]
[Setting("learningRate", 1e-3, "rate η")]
[Setting("perturbation", 1e-3, "distance ε to the two points whose losses are compared", Above = 0)]
[Setting("beta2", 0.999, "weight β₂ of earlier squared slopes", Below = 1)]
[Setting("zeta", 1e-8, "smallest divisor ζ", Above = 0)]
[Setting("weightDecay", 0, "pull λ towards zero, per unit of η")]
internal sealed class MezoScalar : ZerothOrderOptimizer
{
    private readonly double _beta2;
    private readonly double _zeta;
    private readonly Tensor _square;

    public MezoScalar(TrainedParameters parameters, NamedSettings settings)
        : base(parameters, settings)
    {
        _beta2 = settings["beta2"];
        _zeta = settings["zeta"];
        _square = RememberNumber("mean-square");
    }

    /// <inheritdoc/>
    protected override void Apply(ulong key, double slope, double learningRate, long update)
    {
        double v = _beta2 * _square.item<double>() + (1 - _beta2) * slope * slope;
        _square.fill_(v);
        double rate = learningRate / (Math.Sqrt(v / (1 - Math.Pow(_beta2, update))) + _zeta);
        Descend(key, rate * slope, learningRate);
    }
}
