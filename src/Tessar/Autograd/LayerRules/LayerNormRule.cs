using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Autograd.LayerRules;

/// <summary>Layer normalisation over the last axes.</summary>
internal sealed class LayerNormRule(string name, LayerNorm layer) : NormalizationRule(name, layer)
{
    public override Parameter? Weight => layer.elementwise_affine ? layer.weight : null;

    public override Parameter? Bias => layer.elementwise_affine ? layer.bias : null;

    public static LayerRule? TryCreate(string name, nn.Module module) =>
        module is LayerNorm norm ? new LayerNormRule(name, norm) : null;

    protected override Tensor Normalize(Tensor input) =>
        nn.functional.layer_norm(input, layer.normalized_shape, null, null, layer.eps);

    protected override Tensor SumPositions(Tensor values) =>
        values.reshape(values.shape[0], -1, Tensors.Shape.Count(layer.normalized_shape)).sum(1);
}
