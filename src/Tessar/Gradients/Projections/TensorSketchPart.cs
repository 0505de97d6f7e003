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

    public override void AddTo(CapturedBatch batch, Tensor rows)
    {
        Tensor? sum = null;
        foreach (TensorSketchLayer layer in layers)
        {
            foreach (LayerCall call in batch.Calls.Where(c => ReferenceEquals(c.Rule, layer.Layer.Rule)))
            {
                using Tensor u = CountSketch(call.Input, layer.InputTable, batch.Count);
                using Tensor v = CountSketch(call.OutputGradient, layer.OutputTable, batch.Count);
                using Tensor inputSpectrum = fft.rfft(u, width, -1);
                using Tensor outputSpectrum = fft.rfft(v, width, -1);
                Tensor product = inputSpectrum * outputSpectrum;
                if (sum is null)
                    sum = product;
                else
                    using (product)
                        sum.add_(product);
            }
        }

        if (sum is null)
            return;
        using Tensor spectrum = sum;
        using Tensor sketch = fft.irfft(spectrum, width, -1);
        rows.add_(sketch);
    }

    // The table may be one longer than the values: the appended input 1 of a bias.
    private unsafe Tensor CountSketch(Tensor values, uint[] table, int examples)
    {
        using Tensor flat = TensorAccess.Flat(values);
        Tensor sketch = zeros(examples, width, dtype: ScalarType.Float32);
        int count = checked((int)(flat.numel() / examples));
        float* from = TensorAccess.Pointer(flat);
        float* to = TensorAccess.Pointer(sketch);
        ForEachExample(examples, count, i =>
        {
            var row = new Span<float>(to + (long)i * width, width);
            SketchHash.Add(table.AsSpan(0, count), new ReadOnlySpan<float>(from + (long)i * count, count), row);
            if (table.Length > count)
                SketchHash.Add(table.AsSpan(count), [1f], row);
        });
        return sketch;
    }
}
