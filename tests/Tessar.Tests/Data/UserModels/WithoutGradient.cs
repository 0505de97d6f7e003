using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.UserModels;

#pragma warning disable MA0056 // TorchSharp registers components in constructors

/// <summary>A dead model: no logit depends on a weight.</summary>
public sealed class WithoutGradient : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear last;

    public WithoutGradient(ImageShape image, int classes)
        : base(nameof(WithoutGradient))
    {
        last = nn.Linear(image.Height * image.Width, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        Tensor pixels = input.flatten(1);
        return last.call(pixels) * 0;
    }
}
