using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.UserModels;

#pragma warning disable MA0056 // TorchSharp registers components in constructors

/// <summary>A model whose logits come out of a convolution: it has no Linear layer.</summary>
public sealed class ConvolutionOnly : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Conv2d all;

    public ConvolutionOnly(ImageShape image, int classes)
        : base(nameof(ConvolutionOnly))
    {
        all = nn.Conv2d(image.Channels, classes, (image.Height, image.Width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor logits = all.call(input);
        return logits.flatten(1);
    }
}
