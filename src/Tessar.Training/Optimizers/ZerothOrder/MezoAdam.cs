using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Optimizers.ZerothOrder;

/// <summary>MeZO with Adam's update.</summary>
/// <remarks>Source: arXiv:2305.17333, section 3.3.</remarks>
[Optimizer("mezo-adam", "mezo with a step size of its own for each parameter",
    Memory = 2, Forward = 2, Backward = 0, Schedule = "constant", Source = "arXiv:2305.17333")]
[Setting("learningRate", 1e-3, "rate η")]
[Setting("perturbation", 1e-3, "distance ε to the two points whose losses are compared", Above = 0)]
[Setting("beta1", 0.9, "weight β₁ of earlier estimates", Below = 1)]
[Setting("beta2", 0.999, "weight β₂ of earlier squared estimates", Below = 1)]
[Setting("epsilon", 1e-8, "smallest divisor ε", Min = 1e-30)]
[Setting("weightDecay", 0, "pull λ towards zero, per unit of η")]
internal sealed class MezoAdam(TrainedParameters parameters, NamedSettings settings)
    : MezoAdaptive(parameters, settings, settings["epsilon"]);
