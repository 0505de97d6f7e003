using static TorchSharp.torch;

namespace Tessar.Training.Replaying;

/// <summary>A batch of the recorded training.</summary>
/// <param name="Step">The update it belongs to, 0-based.</param>
/// <param name="Inputs">What the model takes, [B, …], numbers in the precision of the replay.</param>
/// <param name="Targets">As the task gathers them, one for each example.</param>
/// <param name="Indices">Which of the chosen examples.</param>
internal sealed record ReplayedBatch(long Step, Tensor Inputs, Tensor Targets, int[] Indices) : IDisposable
{
    public void Dispose()
    {
        Inputs.Dispose();
        Targets.Dispose();
    }
}
