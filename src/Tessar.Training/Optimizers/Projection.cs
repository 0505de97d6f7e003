using static TorchSharp.torch;

namespace Tessar.Training.Optimizers;

/// <summary>Keeps training in a subspace: every gradient, or every update, passes through a map.</summary>
/// <param name="Map">
/// Takes one tensor per parameter (null where there is no gradient) and returns as many of the same shapes; leaves its arguments
/// alone.
/// </param>
/// <param name="OfGradient">
/// True for the gradient, before the optimiser sees it; false for the change of the parameters it decided on.
/// </param>
/// <remarks>An update costs one copy of the parameters more, a gradient nothing but the map.</remarks>
internal sealed record Projection(Func<IReadOnlyList<Tensor?>, IReadOnlyList<Tensor?>> Map, bool OfGradient = false);
