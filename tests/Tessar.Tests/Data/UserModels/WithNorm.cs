using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.UserModels;

#pragma warning disable MA0056 // TorchSharp registers components in constructors

/// <summary>A model with running statistics of a batch norm.</summary>
public sealed class WithNorm : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.BatchNorm1d norm;
    private readonly TorchSharp.Modules.Linear last;

    public WithNorm(ImageShape image, int classes)
        : base(nameof(WithNorm))
    {
        norm = nn.BatchNorm1d((long)image.Channels * image.Height * image.Width);
        last = nn.Linear((long)image.Channels * image.Height * image.Width, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor flat = input.flatten(1);
        using Tensor normal = norm.call(flat);
        return last.call(normal);
    }
}
