using Tessar.Named;
using Tessar.Runs;
using Tessar.Training.Optimizers.Classic;

namespace Tessar.Training.Optimizers.Sharpness;

/// <summary>SAM around <see cref="AdamW"/>.</summary>
/// <remarks>Source: arXiv:2010.01412.</remarks>
[Optimizer("sam-adamw", "adamw with the gradient at the worst point nearby",
    Memory = 3, Forward = 2, Backward = 2, FittedRate = 1, Source = "arXiv:2010.01412", Base = typeof(AdamW))]
[Setting("rho", 0.05, "distance ρ to the point where the gradient is taken")]
internal sealed class SamAdamW(TrainedParameters parameters, NamedSettings settings)
    : SharpnessAware(new AdamW(parameters, settings), settings);
