using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.UserModels;

#pragma warning disable MA0056 // TorchSharp registers components in constructors

/// <summary>A model of an imaginary user with a layer that no per-example rule knows.</summary>
public sealed class WithUnknownLayer : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear first;
    private readonly TorchSharp.Modules.PReLU slope;
    private readonly TorchSharp.Modules.Linear last;

    public WithUnknownLayer(ImageShape image, int classes)
        : base(nameof(WithUnknownLayer))
    {
        first = nn.Linear(image.Height * image.Width, 6);
        slope = nn.PReLU(6);
        last = nn.Linear(6, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => last.call(slope.call(first.call(input.flatten(1))));
}
