using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.ScheduleFree;

/// <summary>Schedule-Free with Adam's division: v ← β₂v + (1 − β₂)g²; u = g / (√(v / (1 − β₂ᵗ)) + ε) + λy.</summary>
/// <remarks>
/// With an inner momentum μ above 0, m ← μm + (1 − μ)g and m / (1 − μᵗ) takes the place of g; costs one number per parameter
/// more.
/// </remarks>
internal abstract class ScheduleFreeAdaptive : ScheduleFreeOptimizer
{
    private readonly double _epsilon;
    private readonly double _inner;
    private readonly Tensor[] _second;
    private readonly Tensor[]? _first;

    protected ScheduleFreeAdaptive(TrainedParameters parameters, NamedSettings settings)
        : base(parameters, settings, settings["beta1"])
    {
        Beta2 = settings["beta2"];
        _epsilon = settings["epsilon"];
        _inner = settings.Values.GetValueOrDefault("innerMomentum");
        _second = Remember("second-moment");
        _first = _inner > 0 ? Remember("first-moment") : null;
    }

    /// <summary>β₂, the weight of earlier squares.</summary>
    protected double Beta2 { get; }

    /// <inheritdoc/>
    protected override ScheduleFreeStep Complete(ScheduleFreeStep numbers, long update) => numbers with
    {
        Second = Beta2,
        SecondScale = 1 / (1 - Math.Pow(Beta2, update)),
        Epsilon = _epsilon,
        Divides = true,
        Inner = _inner,
        InnerScale = 1 / (1 - Math.Pow(_inner, update)),
    };

    /// <inheritdoc/>
    protected sealed override Tensor Squares(int index) => _second[index];

    /// <inheritdoc/>
    protected sealed override Tensor? Gradients(int index) => _first?[index];
}
