using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.UserModels;

#pragma warning disable MA0056 // TorchSharp registers components in constructors

/// <summary>A model of an imaginary user with a layer that no per-example rule knows.</summary>
public sealed class WithUnknownLayer : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear _first;
    private readonly TorchSharp.Modules.PReLU _slope;
    private readonly TorchSharp.Modules.Linear _last;

    public WithUnknownLayer(ImageShape image, int classes)
        : base(nameof(WithUnknownLayer))
    {
        _first = nn.Linear(image.Height * image.Width, 6);
        _slope = nn.PReLU(6);
        _last = nn.Linear(6, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _last.call(_slope.call(_first.call(input.flatten(1))));
}
