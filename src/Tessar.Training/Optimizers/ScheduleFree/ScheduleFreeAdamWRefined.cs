using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Optimizers.ScheduleFree;

/// <summary>Schedule-Free AdamW whose averaging window is set apart from its momentum.</summary>
/// <remarks>
/// c = min(1, (1 − β) C w / Σw) with w = γ², which is (1 − β) C / t for a constant rate: C = 1 / (1 − β) is the original, a
/// larger C forgets earlier steps sooner, a smaller one later. Source: arXiv:2507.09846 (C from 50 to 200 at 124 million
/// parameters).
/// </remarks>
[Optimizer("sf-adamw-refined", "Schedule-Free AdamW with an averaging window of its own",
    Memory = 2, Schedule = "constant", Averages = true, FittedRate = 2, Source = "arXiv:2507.09846")]
[Setting("learningRate", 2.5e-3, "rate η once warmed up")]
[Setting("beta1", 0.9, "share β of the average in the point where gradients are taken", Above = 0, Below = 1)]
[Setting("beta2", 0.999, "weight β₂ of earlier squared gradients", Below = 1)]
[Setting("epsilon", 1e-8, "smallest divisor ε", Min = 1e-30)]
[Setting("weightDecay", 0, "pull λ towards zero, per unit of η")]
[Setting("warmupSteps", 0, "updates over which the rate rises from zero")]
[Setting("window", 50, "constant C: the average reaches back about t / ((1 − β) C) updates", Above = 0)]
internal sealed class ScheduleFreeAdamWRefined(TrainedParameters parameters, NamedSettings settings)
    : ScheduleFreeAdaptive(parameters, settings)
{
    private readonly double _window = settings["window"];

    /// <inheritdoc/>
    protected override double Weight(double rate, double highest, ref double sum, long update)
    {
        double weight = rate * rate;
        sum += weight;
        return sum > 0 ? Math.Min(1, (1 - Momentum) * _window * weight / sum) : 0;
    }
}
