using Tessar.Autograd;
using static TorchSharp.torch;

namespace Tessar.Gradients.Projections;

/// <summary>Count-sketch (SJLT with one non-zero per coordinate) of a materialised gradient: y[h(j)] += σ(j) G_j.</summary>
/// <remarks>
/// Unbiased for inner products with Var⟨Px,Py⟩ = (‖x‖²‖y‖² + ⟨x,y⟩² − 2Σx_j²y_j²)/k, the variance of a dense ±1 projection, at
/// one signed addition per parameter. Memory: the batch's gradient of one parameter at a time, plus 4 bytes per parameter for the
/// table.
/// </remarks>
internal sealed class CountSketchPart(ParameterSlot slot, ulong key, int width) : SketchPart
{
    private readonly uint[] _table = SketchHash.Table(key, slot.Count, width);

    public override string Description => $"count-sketch {slot.Name}";

    public override IReadOnlyList<string> Parameters => [slot.Name];

    public override unsafe SketchWork Begin(CapturedBatch batch, Tensor rows)
    {
        using Tensor gradient = PerExampleGradients.Gradient(batch, slot);
        Tensor flat = TensorAccess.Flat(gradient);
        float* from = TensorAccess.Pointer(flat);
        float* to = TensorAccess.Pointer(rows);
        int count = checked((int)slot.Count);
        return new SketchWork(
            count,
            i => SketchHash.Add(
                _table, new ReadOnlySpan<float>(from + (long)i * count, count), new Span<float>(to + (long)i * width, width)),
            flat);
    }
}
