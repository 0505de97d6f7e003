using Tessar.Autograd;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>A layer's weight and bias side by side, row by row [outputs, inputs + 1]: the order in which its curvature has two
/// factors.</summary>
/// <param name="size">Length of the vectors.</param>
/// <param name="weight">Where the weight [outputs, ...] is in them.</param>
/// <param name="bias">Where the bias [outputs] is; null for none.</param>
internal sealed class LayerSelection(long size, ParameterSlot weight, ParameterSlot? bias) : CoordinateSelection
{
    private long Outputs => weight.Shape[0];

    private long Inputs => weight.Count / Outputs;

    public override long Size => size;

    public override long Count => weight.Count + (bias?.Count ?? 0);

    public override Tensor Gather(Tensor columns)
    {
        Tensor weights = columns.narrow(0, weight.Offset, weight.Count);
        if (bias is null)
            return weights.clone();
        long count = columns.shape[1];
        Tensor biases = columns.narrow(0, bias.Offset, bias.Count).unsqueeze(1);
        return cat([weights.reshape(Outputs, Inputs, count), biases], 1).reshape(Count, count);
    }

    public override void AddTo(Tensor part, Tensor columns)
    {
        Tensor rows = part.reshape(Outputs, Count / Outputs, part.shape[1]);
        columns.narrow(0, weight.Offset, weight.Count).add_(rows.narrow(1, 0, Inputs).reshape(weight.Count, part.shape[1]));
        if (bias is not null)
            columns.narrow(0, bias.Offset, bias.Count).add_(rows.select(1, Inputs));
    }
}
