using Tessar.Named;
using Tessar.Runs;
using Tessar.Training.Optimizers.ScheduleFree;

namespace Tessar.Training.Optimizers.Sharpness;

/// <summary>SAM around <see cref="ScheduleFreeAdamW"/>: ε is computed at y, where that one takes its gradients.</summary>
/// <remarks>Sources: arXiv:2010.01412, arXiv:2405.15682; the combination is ours.</remarks>
[Optimizer("sam-sf-adamw", "sf-adamw with the gradient at the worst point nearby",
    Memory = 3, Forward = 2, Backward = 2, Schedule = "constant", Averages = true, FittedRate = 2,
    Source = "arXiv:2010.01412, arXiv:2405.15682", Base = typeof(ScheduleFreeAdamW))]
[Setting("rho", 0.05, "distance ρ to the point where the gradient is taken")]
internal sealed class SamScheduleFreeAdamW(TrainedParameters parameters, NamedSettings settings)
    : SharpnessAware(new ScheduleFreeAdamW(parameters, settings), settings);
