using Tessar.Inputs;
using static TorchSharp.torch;

namespace Tessar.Runs.Replaying;

/// <summary>Executes a recorded training once more, with every example's part in it under control.</summary>
/// <remarks>
/// Example i of the training has a weight w_i: the gradient of a batch of b is (1/b) Σ_i w_i ∇ℓ_i. The recorded run has weights
/// of 1. Batches, order and draws stay those of the record, whatever the weights.
/// </remarks>
public interface IReplayer
{
    /// <summary>
    /// Derivatives of outputs of the final weights with respect to the weight of each training example, exactly, through every
    /// update.
    /// </summary>
    /// <param name="run">A run that was trained here and ended in its last checkpoint.</param>
    /// <param name="outputs">
    /// From the model, in evaluation mode, the K numbers to differentiate, [K], with a graph. Called once.
    /// </param>
    /// <param name="memoryBudget">Bytes that kept states and adjoints may take together.</param>
    /// <param name="progress">Hears of every update, forth and back; may be null.</param>
    /// <param name="cancellation">Stops without a result.</param>
    /// <exception cref="TessarException">
    /// The run can't be replayed, or something in it has no derivative; the message says what.
    /// </exception>
    TrajectoryDerivative Differentiate(
        Run run, Func<nn.Module<Tensor, Tensor>, Tensor> outputs, long memoryBudget, IProgress<ReplayProgress>? progress = null,
        CancellationToken cancellation = default);

    /// <summary>Trains along the recorded trajectory with other weights of the examples.</summary>
    /// <param name="run">A run that was trained here.</param>
    /// <param name="weights">
    /// One per example that the run was trained on, in the order of <see cref="Run.TrainSet"/>, less the masked ones.
    /// </param>
    /// <param name="outputs">From the final model, in evaluation mode, the numbers to keep, [K].</param>
    /// <param name="progress">Hears of every update; may be null.</param>
    /// <param name="cancellation">Stops without a result.</param>
    /// <returns>The K numbers.</returns>
    /// <exception cref="TessarException">The run can't be replayed.</exception>
    float[] Reweigh(
        Run run, IReadOnlyList<float> weights, Func<nn.Module<Tensor, Tensor>, Tensor> outputs,
        IProgress<ReplayProgress>? progress = null,
        CancellationToken cancellation = default);
}
