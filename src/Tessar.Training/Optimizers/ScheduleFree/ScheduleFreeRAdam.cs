using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Optimizers.ScheduleFree;

/// <summary>Schedule-Free RAdam: the warm-up follows from how well √v is known.</summary>
/// <remarks>
/// ρ∞ = 2 / (1 − β₂) − 1; ρ = ρ∞ − 2t β₂ᵗ / (1 − β₂ᵗ); γ = η √((ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ)) once ρ > 4. Before that,
/// four updates with the default β₂, u = g + λy, and γ is 0 while silent, η otherwise.
/// Source: arXiv:2405.15682 with Liu et al., "On the variance of the adaptive learning rate and beyond", arXiv:1908.03265.
/// </remarks>
[Optimizer("sf-radam", "Schedule-Free AdamW whose warm-up needs no number",
    Memory = 2, Schedule = "constant", Averages = true, FittedRate = 2, Source = "arXiv:2405.15682, arXiv:1908.03265")]
[Setting("learningRate", 2.5e-3, "rate η")]
[Setting("beta1", 0.9, "share β of the average in the point where gradients are taken", Above = 0, Below = 1)]
[Setting("beta2", 0.999, "weight β₂ of earlier squared gradients", Below = 1)]
[Setting("epsilon", 1e-8, "smallest divisor ε", Min = 1e-30)]
[Setting("weightDecay", 0, "pull λ towards zero, per unit of η")]
[Setting("silent", 1, "1 to stand still until the variance is known, 0 to descend plainly meanwhile", Most = 1)]
[Setting("averagePower", 0, "power r of the update's number in the average's weights")]
[Setting("ratePower", 2, "power p of the rate in the average's weights")]
internal sealed class ScheduleFreeRAdam(TrainedParameters parameters, NamedSettings settings)
    : ScheduleFreeAdaptive(parameters, settings)
{
    private readonly bool _silent = settings["silent"] >= 1;

    /// <inheritdoc/>
    protected override double RateFactor(long update)
    {
        double most = 2 / (1 - Beta2) - 1, known = Known(update);
        if (known <= 4)
            return _silent ? 0 : 1;
        return Math.Sqrt((known - 4) * (known - 2) * most / ((most - 4) * (most - 2) * known));
    }

    /// <inheritdoc/>
    protected override ScheduleFreeStep Complete(ScheduleFreeStep numbers, long update) =>
        base.Complete(numbers, update) with { Divides = Known(update) > 4 };

    // Degrees of freedom ρ of the mean of squares.
    private double Known(long update)
    {
        double power = Math.Pow(Beta2, update);
        return 2 / (1 - Beta2) - 1 - 2 * update * power / (1 - power);
    }
}
