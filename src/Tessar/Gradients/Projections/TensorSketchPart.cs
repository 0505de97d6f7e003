using Tessar.Autograd;
using static TorchSharp.torch;

namespace Tessar.Gradients.Projections;

/// <summary>
/// TensorSketch of Linear layers with one position per example: their gradient δ aᵀ is sketched without being formed.
/// </summary>
/// <remarks>
/// y = irfft(rfft(CS₁ a) ⊙ rfft(CS₂ δ)): the circular convolution of a count-sketch of the input and one of the output gradient.
/// It equals the count-sketch of G with bucket (h₁(i) + h₂(o)) mod k and sign σ₁(i)σ₂(o), so it is unbiased; its variance is 1 to
/// 3 times that of an independent count-sketch. A bias is one more input that is always 1. Several layers share the inverse
/// transform. Cost: in + out additions and three transforms of length k instead of in·out additions.
/// </remarks>
internal sealed class TensorSketchPart(IReadOnlyList<TensorSketchLayer> layers, int width) : SketchPart
{
    public override string Description => $"tensor-sketch {string.Join(", ", layers.Select(layer => layer.Layer.Rule.Name))}";

    public override IReadOnlyList<string> Parameters => [.. layers.SelectMany(layer => layer.Layer.Parameters)];

    public override SketchWork Begin(CapturedBatch batch, Tensor rows)
    {
        (TensorSketchLayer Layer, LayerCall Call)[] calls = [.. layers.SelectMany(layer =>
            batch.Calls.Where(call => ReferenceEquals(call.Rule, layer.Layer.Rule)).Select(call => (layer, call)))];
        SideSketch[] sides = [.. calls.SelectMany(one => (SideSketch[])[
            new SideSketch(one.Call.Input, one.Layer.InputTable, width),
            new SideSketch(one.Call.OutputGradient, one.Layer.OutputTable, width)])];
        return new SketchWork(
            sides.Sum(side => (long)side.Count),
            i =>
            {
                foreach (SideSketch side in sides)
                    side.Add(i);
            },
            [.. sides.Select(side => side.Values), .. sides.Select(side => side.Sketch)])
        {
            Finish = () => AddProducts(sides, rows),
        };
    }

    // Inputs and output gradients of one call follow each other.
    private void AddProducts(SideSketch[] sides, Tensor rows)
    {
        Tensor? sum = null;
        foreach (SideSketch[] pair in sides.Chunk(2))
        {
            using Tensor inputSpectrum = fft.rfft(pair[0].Sketch, width, -1);
            using Tensor outputSpectrum = fft.rfft(pair[1].Sketch, width, -1);
            Tensor product = inputSpectrum * outputSpectrum;
            if (sum is null)
                sum = product;
            else
                using (product)
                    sum.add_(product);
        }

        if (sum is null)
            return;
        using Tensor spectrum = sum;
        using Tensor sketch = fft.irfft(spectrum, width, -1);
        rows.add_(sketch);
    }
}
