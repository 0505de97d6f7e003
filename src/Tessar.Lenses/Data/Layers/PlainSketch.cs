using Tessar.Autograd;
using Tessar.Gradients.Projections;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Layers;

/// <summary>
/// The gradient of one parameter that isn't a product of two sides: masked to k' entries if it has more, then count-sketched to
/// k.
/// </summary>
/// <remarks>
/// Unbiased for inner products, with the factor √(p/k') after masking. A gradient of at most k entries can be kept as it is.
/// </remarks>
internal sealed class PlainSketch : LayerProjection
{
    private readonly ParameterSlot _slot;
    private readonly Tensor? _mask;
    private readonly float _scale;
    private readonly uint[]? _table;

    /// <summary>Plans the mask and the sketch.</summary>
    /// <param name="slot">The parameter.</param>
    /// <param name="masked">Most entries that are kept, k'.</param>
    /// <param name="width">k.</param>
    /// <param name="keepsSmall">Whether a gradient of at most k entries is kept as it is instead of being sketched.</param>
    /// <param name="keys">A key for each of two draws.</param>
    public PlainSketch(ParameterSlot slot, long masked, int width, bool keepsSmall, Func<int, ulong> keys)
    {
        _slot = slot;
        int entries = checked((int)Math.Min(slot.Count, masked));
        _mask = entries < slot.Count
            ? tensor(SketchHash.Subset(keys(0), checked((int)slot.Count), entries)).DetachFromDisposeScope()
            : null;
        _scale = (float)Math.Sqrt((double)slot.Count / entries);
        _table = keepsSmall && entries <= width ? null : SketchHash.Table(keys(1), entries, width);
        Width = _table is null ? entries : width;
    }

    public override IReadOnlyList<string> Parameters => [_slot.Name];

    public override int Width { get; }

    public override Tensor Project(CapturedBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor gradient = PerExampleGradients.Gradient(batch, _slot);
        Tensor entries = _mask is null ? gradient : gradient.index_select(1, _mask) * _scale;
        return (_table is null ? entries.to_type(ScalarType.Float32) : RowSketch.Of(entries, _table, Width))
            .MoveToOuterDisposeScope();
    }

    public override void Dispose()
    {
        _mask?.Dispose();
        base.Dispose();
    }
}
