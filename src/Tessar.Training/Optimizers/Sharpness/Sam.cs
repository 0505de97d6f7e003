using Tessar.Named;
using Tessar.Runs;
using Tessar.Training.Optimizers.Classic;

namespace Tessar.Training.Optimizers.Sharpness;

/// <summary>SAM around <see cref="Sgd"/>.</summary>
/// <remarks>Source: arXiv:2010.01412; ρ as there.</remarks>
[Optimizer("sam", "sgd with the gradient at the worst point nearby",
    Memory = 2, Forward = 2, Backward = 2, Source = "arXiv:2010.01412", Base = typeof(Sgd))]
[Setting("rho", 0.05, "distance ρ to the point where the gradient is taken")]
internal sealed class Sam(TrainedParameters parameters, NamedSettings settings)
    : SharpnessAware(new Sgd(parameters, settings), settings);
