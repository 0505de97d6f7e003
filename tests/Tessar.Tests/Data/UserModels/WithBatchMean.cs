using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.UserModels;

#pragma warning disable MA0056 // TorchSharp registers components in constructors

/// <summary>A model in which one example's output depends on the others of its batch.</summary>
public sealed class WithBatchMean : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear last;

    public WithBatchMean(ImageShape image, int classes)
        : base(nameof(WithBatchMean))
    {
        last = nn.Linear(image.Height * image.Width, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        Tensor pixels = input.flatten(1);
        return last.call(pixels - pixels.mean([0], keepdim: true));
    }
}
