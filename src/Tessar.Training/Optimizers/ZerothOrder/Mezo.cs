using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Optimizers.ZerothOrder;

/// <summary>MeZO: descent along the random direction, by its slope.</summary>
/// <remarks>θ ← (1 − ηλ)θ − ηρz. Source: arXiv:2305.17333, algorithm 1.</remarks>
[Optimizer("mezo", "descent by two losses along a random direction, without a gradient",
    Memory = 0, Forward = 2, Backward = 0, Schedule = "constant", Source = "arXiv:2305.17333")]
[Setting("learningRate", 1e-3, "rate η; fine-tuning a large model wants 1e-6")]
[Setting("perturbation", 1e-3, "distance ε to the two points whose losses are compared", Above = 0)]
[Setting("weightDecay", 0, "pull λ towards zero, per unit of η")]
internal sealed class Mezo(TrainedParameters parameters, NamedSettings settings) : ZerothOrderOptimizer(parameters, settings)
{
    /// <inheritdoc/>
    protected override void Apply(ulong key, double slope, double learningRate, long update) =>
        Descend(key, learningRate * slope, learningRate);
}
