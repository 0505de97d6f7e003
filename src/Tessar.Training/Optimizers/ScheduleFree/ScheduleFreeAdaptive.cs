using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.ScheduleFree;

/// <summary>Schedule-Free with Adam's division: v ← β₂v + (1 − β₂)g²; u = g / (√(v / (1 − β₂ᵗ)) + ε) + λy.</summary>
/// <remarks>With an inner momentum μ above 0, m ← μm + (1 − μ)g and m / (1 − μᵗ) takes the place of g; costs one number per parameter more.</remarks>
internal abstract class ScheduleFreeAdaptive : ScheduleFreeOptimizer
{
    private readonly double epsilon;
    private readonly double inner;
    private readonly Tensor[] second;
    private readonly Tensor[]? first;

    protected ScheduleFreeAdaptive(TrainedParameters parameters, NamedSettings settings)
        : base(parameters, settings, settings["beta1"])
    {
        Beta2 = settings["beta2"];
        epsilon = settings["epsilon"];
        inner = settings.Values.GetValueOrDefault("innerMomentum");
        second = Remember("second-moment");
        first = inner > 0 ? Remember("first-moment") : null;
    }

    /// <summary>β₂, the weight of earlier squares.</summary>
    protected double Beta2 { get; }

    /// <inheritdoc/>
    protected override ScheduleFreeStep Complete(ScheduleFreeStep numbers, long update) => numbers with
    {
        Second = Beta2,
        SecondScale = 1 / (1 - Math.Pow(Beta2, update)),
        Epsilon = epsilon,
        Divides = true,
        Inner = inner,
        InnerScale = 1 / (1 - Math.Pow(inner, update)),
    };

    /// <inheritdoc/>
    protected sealed override Tensor Squares(int index) => second[index];

    /// <inheritdoc/>
    protected sealed override Tensor? Gradients(int index) => first?[index];
}
