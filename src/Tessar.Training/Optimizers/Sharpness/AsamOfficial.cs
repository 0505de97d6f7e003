using Tessar.Named;
using Tessar.Runs;
using Tessar.Training.Optimizers.Classic;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.Sharpness;

/// <summary>
/// Adaptive SAM as its authors publish it, around <see cref="Sgd"/>: T = |θ| + η for weights, 1 for everything else.
/// </summary>
/// <remarks>
/// A weight is what has `weight` in its name. Source: Kwon et al., "ASAM", arXiv:2102.11600; defaults of its code's class.
/// </remarks>
[Optimizer("asam-official", "sam in proportion to each weight, as its authors publish it",
    Memory = 2, Forward = 2, Backward = 2, Source = "arXiv:2102.11600", Base = typeof(Sgd))]
[Setting("rho", 0.5, "distance ρ, measured in units of the weights")]
[Setting("eta", 0.01, "size that is added to each weight's")]
internal sealed class AsamOfficial(TrainedParameters parameters, NamedSettings settings)
    : SharpnessAware(new Sgd(parameters, settings), settings)
{
    private readonly double _eta = settings["eta"];

    /// <inheritdoc/>
    protected override Tensor? Scale(string name, Tensor parameter) =>
        name.Contains("weight", StringComparison.Ordinal) ? parameter.abs().add_(_eta) : null;
}
