using System.Runtime.InteropServices;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Tasks;

/// <summary>Cross-entropy against labels of which a share ε is spread evenly over all C classes.</summary>
/// <param name="loss">The cross-entropy itself.</param>
/// <param name="smoothing">ε, in [0, 1).</param>
internal sealed class SmoothedCrossEntropy(IOutputLoss loss, double smoothing) : TrainingLoss(loss)
{
    /// <inheritdoc/>
    public override Tensor Mean(Tensor outputs, Tensor targets) => smoothing == 0
        ? functional.cross_entropy(outputs, targets)
        : functional.cross_entropy(outputs, targets, label_smoothing: smoothing);

    /// <inheritdoc/>
    public override Tensor Each(Tensor outputs, Tensor targets) =>
        functional.cross_entropy(outputs, targets, reduction: Reduction.None, label_smoothing: smoothing);

    /// <inheritdoc/>
    public override double Value(Tensor outputs, Tensor targets)
    {
        using Tensor whole = outputs.contiguous();
        return LogitMath.MeanCrossEntropy(
            MemoryMarshal.Cast<byte, float>(whole.bytes), MemoryMarshal.Cast<byte, long>(targets.bytes), smoothing);
    }
}
