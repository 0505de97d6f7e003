using Tessar.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Layers;

/// <summary>Several projections as one: added up when they have one width and independent signs, or side by side.</summary>
internal sealed class JoinedProjection(IReadOnlyList<LayerProjection> parts, bool areAdded) : LayerProjection
{
    public override IReadOnlyList<string> Parameters => [.. parts.SelectMany(part => part.Parameters)];

    public override int Width => areAdded ? parts[0].Width : parts.Sum(part => part.Width);

    public override Tensor Project(CapturedBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] rows = [.. parts.Select(part => part.Project(batch))];
        Tensor joined = areAdded ? rows.Skip(1).Aggregate(rows[0], (sum, row) => sum.add_(row)) : cat(rows, 1);
        return joined.MoveToOuterDisposeScope();
    }

    public override void Dispose()
    {
        foreach (LayerProjection part in parts)
            part.Dispose();
        base.Dispose();
    }
}
