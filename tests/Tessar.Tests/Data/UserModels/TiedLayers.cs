using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.UserModels;

#pragma warning disable MA0056 // TorchSharp registers components in constructors

/// <summary>Two layers with one weight and biases of their own.</summary>
public sealed class TiedLayers : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear first;
    private readonly TorchSharp.Modules.Linear second;
    private readonly TorchSharp.Modules.Linear head;

    public TiedLayers(ImageShape image, int classes)
        : base(nameof(TiedLayers))
    {
        first = nn.Linear(16, 16);
        second = nn.Linear(16, 16);
        second.weight = first.weight;
        head = nn.Linear(16, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        Tensor hidden = nn.functional.adaptive_avg_pool2d(input, 4).flatten(1);
        hidden = first.call(hidden).tanh();
        return head.call(second.call(hidden).tanh());
    }
}
