using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Autograd.LayerRules;

/// <summary>
/// Batch normalisation with running statistics. With batch statistics examples interact and have no gradient of their own.
/// </summary>
internal sealed class BatchNormRule(string name, NormBase layer) : NormalizationRule(name, layer)
{
    public override Parameter? Weight => layer.affine ? layer.weight : null;

    public override Parameter? Bias => layer.affine ? layer.bias : null;

    public static LayerRule? TryCreate(string name, nn.Module module) =>
        module is BatchNorm1d or BatchNorm2d or BatchNorm3d ? new BatchNormRule(name, (NormBase)module) : null;

    public override void Check()
    {
        if (layer.training || layer.running_mean is null || layer.running_var is null)
        {
            throw new GradientException(
                $"Layer {Name} is a batch normalisation that uses the statistics of the batch, so examples have no gradient of "
                    + $"their own. "
                + "Track running statistics and put the model into evaluation mode.");
        }
    }

    protected override Tensor Normalize(Tensor input)
    {
        long[] perChannel = [.. Enumerable.Repeat(1L, (int)input.dim())];
        perChannel[1] = layer.num_features;
        using Tensor scale = (layer.running_var! + layer.eps).rsqrt();
        using Tensor centerd = input - layer.running_mean!.reshape(perChannel);
        return centerd * scale.reshape(perChannel);
    }

    protected override Tensor SumPositions(Tensor values) => SumBehindChannels(values);
}
