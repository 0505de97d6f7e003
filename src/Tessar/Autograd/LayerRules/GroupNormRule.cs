using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Autograd.LayerRules;

/// <summary>Group normalisation: statistics per example and group of channels.</summary>
internal sealed class GroupNormRule(string name, GroupNorm layer) : NormalizationRule(name, layer)
{
    public override Parameter? Weight => layer.affine ? layer.weight : null;

    public override Parameter? Bias => layer.affine ? layer.bias : null;

    public static LayerRule? TryCreate(string name, nn.Module module) =>
        module is GroupNorm norm ? new GroupNormRule(name, norm) : null;

    protected override Tensor Normalize(Tensor input) => nn.functional.group_norm(input, layer.num_groups, null, null, layer.eps);

    protected override Tensor SumPositions(Tensor values) => SumBehindChannels(values);
}
