using Tessar.Autograd;
using Tessar.Gradients;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Layers;

/// <summary>
/// P_out G P_inᵀ = Σ_t (P_out δ_t)(P_in a_t)ᵀ: both sides of a layer are shortened before the product, which is never formed
/// whole.
/// </summary>
/// <remarks>
/// Cost per example: T·(in·r_in + out·r_out + r_in·r_out) multiplications. Random signs: unbiased for inner products; the error
/// falls like 1/r_in + 1/r_out, not like 1/(r_in r_out). Source: Choe et al., arXiv:2405.13954.
/// </remarks>
/// <param name="layer">The layer.</param>
/// <param name="inputs">P_in, [r_in, in], fp32; null for the identity. Owned.</param>
/// <param name="outputs">P_out, [r_out, out], fp32; null for the identity. Owned.</param>
internal sealed class SmallSides(FactoredLayer layer, Tensor? inputs, Tensor? outputs) : LayerProjection
{
    public override IReadOnlyList<string> Parameters => layer.Parameters;

    public override int Width => checked((int)((inputs?.shape[0] ?? layer.Inputs) * (outputs?.shape[0] ?? layer.Outputs)));

    public override Tensor Project(CapturedBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor a, Tensor delta) = layer.Factors(batch);
        Tensor product = Shortened(delta, outputs).transpose(1, 2).bmm(Shortened(a, inputs));
        return product.flatten(1).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    public override void Dispose()
    {
        inputs?.Dispose();
        outputs?.Dispose();
        base.Dispose();
    }

    private static Tensor Shortened(Tensor positions, Tensor? projection) => projection is null
        ? positions
        : positions.reshape(-1, positions.shape[2]).mm(projection.to_type(positions.dtype).t())
        .reshape(positions.shape[0], positions.shape[1], -1);
}
