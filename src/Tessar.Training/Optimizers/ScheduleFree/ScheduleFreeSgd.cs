using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Optimizers.ScheduleFree;

/// <summary>Schedule-Free gradient descent: u = g + λy.</summary>
/// <remarks>
/// Wants a rate 10 to 50 times that of plain descent. β → 1 is primal averaging, β → 0 averaging of plain descent. With constant
/// c it is stable on a quadratic of curvature below (4 − 2c) / (γ (2 (1 − β) + c (2β − 1))). Source: arXiv:2405.15682, algorithm
/// 1.
/// </remarks>
[Optimizer("sf-sgd", "gradient descent that averages instead of following a schedule",
    Memory = 1, Schedule = "constant", Averages = true, Source = "arXiv:2405.15682")]
[Setting("learningRate", 1, "rate η once warmed up")]
[Setting("momentum", 0.9, "share β of the average in the point where gradients are taken", Above = 0, Below = 1)]
[Setting("weightDecay", 0, "pull λ towards zero, added to the gradient")]
[Setting("warmupSteps", 0, "updates over which the rate rises from zero")]
[Setting("averagePower", 0, "power r of the update's number in the average's weights")]
[Setting("ratePower", 2, "power p of the rate in the average's weights")]
internal sealed class ScheduleFreeSgd(TrainedParameters parameters, NamedSettings settings)
    : ScheduleFreeOptimizer(parameters, settings, settings["momentum"]);
