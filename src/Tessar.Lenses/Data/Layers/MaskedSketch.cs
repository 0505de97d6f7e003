using Tessar.Autograd;
using Tessar.Gradients;
using Tessar.Gradients.Projections;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Layers;

/// <summary>
/// A random part of a layer's gradient, count-sketched: mask both sides, multiply them, add the entries to k buckets with signs.
/// </summary>
/// <remarks>
/// With k'_in of in inputs and k'_out of out outputs kept, entries are multiplied by √(in/k'_in · out/k'_out), so that inner
/// products are unbiased. Cost per example: T·k'_in·k'_out multiplications and as many additions. Source: Hu et al.,
/// arXiv:2505.18976.
/// </remarks>
internal sealed class MaskedSketch : LayerProjection
{
    private readonly FactoredLayer _layer;
    private readonly Tensor? _inputs;
    private readonly Tensor? _outputs;
    private readonly float _scale;
    private readonly uint[]? _table;

    /// <summary>Plans the masks and the sketch.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="masked">Most entries of the gradient that are kept, k'.</param>
    /// <param name="width">k.</param>
    /// <param name="keepsSmall">Whether a gradient of at most k entries is kept as it is instead of being sketched.</param>
    /// <param name="keys">A key for each of three draws.</param>
    public MaskedSketch(FactoredLayer layer, long masked, int width, bool keepsSmall, Func<int, ulong> keys)
    {
        _layer = layer;
        (int inputs, int outputs) = Sides(layer.Inputs, layer.Outputs, masked);
        _inputs = inputs < layer.Inputs
            ? tensor(SketchHash.Subset(keys(0), layer.Inputs, inputs)).DetachFromDisposeScope()
            : null;
        _outputs = outputs < layer.Outputs
            ? tensor(SketchHash.Subset(keys(1), layer.Outputs, outputs)).DetachFromDisposeScope()
            : null;
        _scale = (float)Math.Sqrt((double)layer.Inputs / inputs * layer.Outputs / outputs);
        long entries = (long)inputs * outputs;
        _table = keepsSmall && entries <= width ? null : SketchHash.Table(keys(2), entries, width);
        Width = _table is null ? (int)entries : width;
    }

    public override IReadOnlyList<string> Parameters => _layer.Parameters;

    public override int Width { get; }

    /// <summary>How many inputs and outputs are kept: about √k' each, more of one side when the other has fewer.</summary>
    public static (int Inputs, int Outputs) Sides(int inputs, int outputs, long masked)
    {
        if ((long)inputs * outputs <= masked)
            return (inputs, outputs);
        int side = Math.Max(1, (int)Math.Sqrt(masked));
        int keptInputs = Math.Min(inputs, side), keptOutputs = Math.Min(outputs, side);
        if (keptInputs < side)
            keptOutputs = (int)Math.Clamp(masked / keptInputs, 1, outputs);
        else if (keptOutputs < side)
            keptInputs = (int)Math.Clamp(masked / keptOutputs, 1, inputs);
        return (keptInputs, keptOutputs);
    }

    public override Tensor Project(CapturedBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor a, Tensor delta) = _layer.Factors(batch);
        Tensor left = _outputs is null ? delta : delta.index_select(2, _outputs);
        Tensor right = _inputs is null ? a : a.index_select(2, _inputs);
        Tensor entries = left.transpose(1, 2).bmm(right).flatten(1);
        if (_scale != 1)
            entries = entries * _scale;
        return (_table is null ? entries.to_type(ScalarType.Float32) : RowSketch.Of(entries, _table, Width))
            .MoveToOuterDisposeScope();
    }

    public override void Dispose()
    {
        _inputs?.Dispose();
        _outputs?.Dispose();
        base.Dispose();
    }
}
