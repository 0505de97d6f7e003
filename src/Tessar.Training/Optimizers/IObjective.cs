using static TorchSharp.torch;

namespace Tessar.Training.Optimizers;

/// <summary>
/// The loss of one batch as a function of the weights: what an optimiser may ask about during an update, as often as it likes.
/// </summary>
/// <remarks>
/// Every question concerns the weights as they stand when it is asked. Random draws (dropout) are the same each time, and only
/// the first question leaves its mark on running statistics (batch normalisation).
/// </remarks>
internal interface IObjective
{
    /// <summary>The loss's gradient, in training mode.</summary>
    /// <returns>
    /// One per parameter, of its shape; null where the loss doesn't depend on it. They live in the caller's scope.
    /// </returns>
    /// <exception cref="NumericalException">The loss isn't finite.</exception>
    IReadOnlyList<Tensor?> Gradients();

    /// <summary>The loss alone: in evaluation mode, without a graph, added up in double precision.</summary>
    /// <exception cref="NumericalException">The loss isn't finite.</exception>
    double Loss();
}
