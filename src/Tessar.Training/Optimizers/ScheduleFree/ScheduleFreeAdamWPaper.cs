using Tessar.Runs;

namespace Tessar.Training.Optimizers.ScheduleFree;

/// <summary>Schedule-Free AdamW as in the published experiments: √v isn't corrected, the rate is.</summary>
/// <remarks>
/// u = g / (√v + ε) + λy; γ = η min(1, t/W) √(1 − β₂ᵗ), which enters the average's weights as well. Known to be less stable than
/// <c>sf-adamw</c>; here to repeat what was published.
/// </remarks>
[Optimizer("sf-adamw-paper", "Schedule-Free AdamW as in the published experiments",
    Memory = 2, Schedule = "constant", Averages = true, FittedRate = 2, Source = "arXiv:2405.15682",
    Base = typeof(ScheduleFreeAdamW))]
internal sealed class ScheduleFreeAdamWPaper(TrainedParameters parameters, NamedSettings settings)
    : ScheduleFreeAdaptive(parameters, settings)
{
    /// <inheritdoc/>
    protected override double RateFactor(long update) => Math.Sqrt(1 - Math.Pow(Beta2, update));

    /// <inheritdoc/>
    protected override ScheduleFreeStep Complete(ScheduleFreeStep numbers, long update) =>
        base.Complete(numbers, update) with { SecondScale = 1 };
}
