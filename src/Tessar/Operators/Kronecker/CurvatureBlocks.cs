using Tessar.Autograd;
using Tessar.Gradients;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators.Kronecker;

/// <summary>The parts of a model between which no curvature is kept: one per Linear or ungrouped Conv2d layer, one per other
/// parameter.</summary>
/// <param name="Layers">The layers, whose curvature has two factors.</param>
/// <param name="Others">The other parameters, whose curvature is diagonal.</param>
internal sealed record CurvatureBlocks(IReadOnlyList<FactoredLayer> Layers, IReadOnlyList<ParameterSlot> Others)
{
    /// <summary>Layers first, then the others.</summary>
    public IReadOnlyList<BlockShape> Shapes { get; } =
    [
        .. Layers.Select(layer =>
            new BlockShape(layer.Weight.Name, layer.Parameters, layer.Outputs, layer.Inputs, IsFactored: true)),
        .. Others.Select(slot => new BlockShape(slot.Name, [slot.Name], 1, checked((int)slot.Count), IsFactored: false)),
    ];

    /// <summary>The blocks of a model.</summary>
    /// <param name="gradients">All parameters.</param>
    /// <param name="sample">A captured batch, to see which layers are called.</param>
    public static CurvatureBlocks Of(PerExampleGradients gradients, CapturedBatch sample)
    {
        (IReadOnlyList<FactoredLayer> layers, IReadOnlyList<ParameterSlot> others) = FactoredLayer.Of(gradients, sample);
        return new CurvatureBlocks(layers, others);
    }

    /// <summary>The gradients of one block, [B, outputs·inputs]; in the current dispose scope.</summary>
    public Tensor Gradient(CapturedBatch batch, int block)
    {
        if (block >= Layers.Count)
            return PerExampleGradients.Gradient(batch, Others[block - Layers.Count]);
        (Tensor a, Tensor delta) = Layers[block].Factors(batch);
        return delta.transpose(1, 2).bmm(a).flatten(1);
    }

    /// <summary>a [B, in] and δ [B, out] of a layer with one position, whose gradient δaᵀ needn't be formed; null for every other
    /// block.</summary>
    public (Tensor A, Tensor Delta)? SinglePosition(CapturedBatch batch, int block)
    {
        if (block >= Layers.Count)
            return null;
        FactoredLayer layer = Layers[block];
        // A look at the calls first: the patches of a convolution are too dear to be made for nothing.
        if (batch.Calls.Where(call => ReferenceEquals(call.Rule, layer.Rule))
            .Sum(call => call.OutputGradient.numel()) != (long)batch.Count * layer.Outputs)
            return null;
        (Tensor a, Tensor delta) = layer.Factors(batch);
        return (a.squeeze(1), delta.squeeze(1));
    }
}

/// <summary>Size and name of a block.</summary>
/// <param name="Name">Name of its weight.</param>
/// <param name="Parameters">Names of all its parameters.</param>
/// <param name="Outputs">Rows of its gradient; 1 for a diagonal block.</param>
/// <param name="Inputs">Columns of its gradient, with that of the bias.</param>
/// <param name="IsFactored">Whether its curvature has two factors; otherwise it is diagonal.</param>
internal sealed record BlockShape(string Name, IReadOnlyList<string> Parameters, int Outputs, int Inputs, bool IsFactored)
{
    /// <summary>Entries of its gradient.</summary>
    public long Count => (long)Outputs * Inputs;
}
