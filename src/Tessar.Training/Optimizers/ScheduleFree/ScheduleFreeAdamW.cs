using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Optimizers.ScheduleFree;

/// <summary>Schedule-Free AdamW.</summary>
/// <remarks>
/// Wants a rate of 1 to 10 times that of scheduled AdamW; for long runs β₁ from 0.95 to 0.98. Source: arXiv:2405.15682, algorithm
/// 1 of appendix F; defaults of facebookresearch/schedule_free.
/// </remarks>
[Optimizer("sf-adamw", "AdamW that averages instead of following a schedule",
    Memory = 2, Schedule = "constant", Averages = true, FittedRate = 2, Source = "arXiv:2405.15682")]
[Setting("learningRate", 2.5e-3, "rate η once warmed up")]
[Setting("beta1", 0.9, "share β of the average in the point where gradients are taken", Above = 0, Below = 1)]
[Setting("beta2", 0.999, "weight β₂ of earlier squared gradients", Below = 1)]
[Setting("epsilon", 1e-8, "smallest divisor ε", Min = 1e-30)]
[Setting("weightDecay", 0, "pull λ towards zero, per unit of η")]
[Setting("warmupSteps", 0, "updates over which the rate rises from zero")]
[Setting(
    "innerMomentum", 0, "weight of earlier gradients in the numerator; above 0 costs one number per parameter more", Below = 1)]
[Setting("averagePower", 0, "power r of the update's number in the average's weights")]
[Setting("ratePower", 2, "power p of the rate in the average's weights")]
internal sealed class ScheduleFreeAdamW(TrainedParameters parameters, NamedSettings settings)
    : ScheduleFreeAdaptive(parameters, settings);
