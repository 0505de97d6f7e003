using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Optimizers.ZerothOrder;

/// <summary>MeZO-Adam that adapts only weakly: an interpretation of A3dam.</summary>
/// <remarks>
/// Known of A3dam is that it is zeroth-order Adam with a scalar that sets its adaptivity; neither its text nor its optimiser's
/// source could be had. Here the scalar is δ, added to the root: every coordinate of ρz has the same noise, so √v carries mostly
/// noise, and a δ above it damps the division. 10⁻⁸ is <c>mezo-adam</c>; a large one momentum with rate η/δ. Source: openreview
/// OBIuFjZzmp.
/// </remarks>
[Optimizer("mezo-a3dam", "mezo-adam that adapts only weakly (an interpretation)",
    Memory = 2, Forward = 2, Backward = 0, Schedule = "constant", Source = "openreview OBIuFjZzmp")]
[Setting("learningRate", 1e-3, "rate η")]
[Setting("perturbation", 1e-3, "distance ε to the two points whose losses are compared", Above = 0)]
[Setting("beta1", 0.9, "weight β₁ of earlier estimates", Below = 1)]
[Setting("beta2", 0.999, "weight β₂ of earlier squared estimates", Below = 1)]
[Setting("adaptivity", 1e-3, "divisor's floor δ: the larger, the less each parameter has a step of its own", Above = 0)]
[Setting("weightDecay", 0, "pull λ towards zero, per unit of η")]
internal sealed class MezoA3dam(TrainedParameters parameters, NamedSettings settings)
    : MezoAdaptive(parameters, settings, settings["adaptivity"]);
