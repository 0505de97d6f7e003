using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.UserModels;

#pragma warning disable MA0056 // TorchSharp registers components in constructors

/// <summary>A model whose first weight is used a second time, outside of its layer: no rule sees that.</summary>
public sealed class WithWeightUsedOutside : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear first;
    private readonly TorchSharp.Modules.Linear last;

    public WithWeightUsedOutside(ImageShape image, int classes)
        : base(nameof(WithWeightUsedOutside))
    {
        first = nn.Linear(image.Height * image.Width, 6);
        last = nn.Linear(6, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        Tensor pixels = input.flatten(1);
        return last.call(first.call(pixels).tanh() + nn.functional.linear(pixels, first.weight!).sin());
    }
}
