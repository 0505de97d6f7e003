using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.UserModels;

#pragma warning disable MA0056 // TorchSharp registers components in constructors

/// <summary>Two layers with one weight and biases of their own.</summary>
public sealed class TiedLayers : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear _first;
    private readonly TorchSharp.Modules.Linear _second;
    private readonly TorchSharp.Modules.Linear _head;

    public TiedLayers(ImageShape image, int classes)
        : base(nameof(TiedLayers))
    {
        _first = nn.Linear(16, 16);
        _second = nn.Linear(16, 16);
        _second.weight = _first.weight;
        _head = nn.Linear(16, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        Tensor hidden = nn.functional.adaptive_avg_pool2d(input, 4).flatten(1);
        hidden = _first.call(hidden).tanh();
        return _head.call(_second.call(hidden).tanh());
    }
}
