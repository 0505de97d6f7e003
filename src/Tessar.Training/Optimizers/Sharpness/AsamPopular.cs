using Tessar.Named;
using Tessar.Runs;
using Tessar.Training.Optimizers.Classic;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.Sharpness;

/// <summary>Adaptive SAM as most people run it, around <see cref="Sgd"/>: T = |θ| for every parameter.</summary>
/// <remarks>A coordinate that is zero isn't perturbed. Source: arXiv:2102.11600 in the form of davda54/sam, with its ρ.</remarks>
[Optimizer("asam-popular", "sam in proportion to each parameter, as most people run it",
    Memory = 2, Forward = 2, Backward = 2, Source = "arXiv:2102.11600", Base = typeof(Sgd))]
[Setting("rho", 2, "distance ρ, measured in units of the parameters")]
internal sealed class AsamPopular(TrainedParameters parameters, NamedSettings settings)
    : SharpnessAware(new Sgd(parameters, settings), settings)
{
    /// <inheritdoc/>
    protected override Tensor Scale(string name, Tensor parameter) => parameter.abs();
}
