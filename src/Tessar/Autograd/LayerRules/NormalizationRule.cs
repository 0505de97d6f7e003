using static TorchSharp.torch;

namespace Tessar.Autograd.LayerRules;

/// <summary>
/// Affine normalisation layers: dγ_i = Σ_t δ ⊙ x̂, dβ_i = Σ_t δ over example i's positions, x̂ the normalised input.
/// </summary>
internal abstract class NormalizationRule(string name, nn.Module<Tensor, Tensor> module) : LayerRule(name, module)
{
    public override Tensor WeightGradient(Tensor input, Tensor outputGradient)
    {
        using Tensor normalized = Normalize(input);
        using Tensor product = outputGradient * normalized;
        return SumPositions(product);
    }

    public override Tensor BiasGradient(Tensor outputGradient) => SumPositions(outputGradient);

    /// <summary>x̂: the layer's output before scale and shift.</summary>
    protected abstract Tensor Normalize(Tensor input);

    /// <summary>Sums over every axis but the example's and the affine parameters'. Shape [B, parameters].</summary>
    protected abstract Tensor SumPositions(Tensor values);

    /// <summary>Sums over the axes after the channel axis 1.</summary>
    protected static Tensor SumBehindChannels(Tensor values) =>
        values.dim() == 2 ? values.alias() : values.flatten(2).sum(2);
}
