using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.UserModels;

#pragma warning disable MA0056 // TorchSharp registers components in constructors

/// <summary>
/// The smallest model with a convolution and two dense layers: about two hundred parameters, so that dense references are quick.
/// </summary>
public sealed class TinyConvolution : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Conv2d conv;
    private readonly TorchSharp.Modules.Linear fc1;
    private readonly TorchSharp.Modules.Linear fc2;

    public TinyConvolution(ImageShape image, int classes)
        : base(nameof(TinyConvolution))
    {
        conv = nn.Conv2d(image.Channels, 3, 3, stride: 2);
        fc1 = nn.Linear(3L * ((image.Height - 1) / 2) * ((image.Width - 1) / 2), 6);
        fc2 = nn.Linear(6, classes);
        RegisterComponents();
    }

    /// <summary>How a run names it.</summary>
    public static string Source => typeof(TinyConvolution).Assembly.Location + "#" + typeof(TinyConvolution).FullName;

    public override Tensor forward(Tensor input)
    {
        using Tensor maps = conv.call(input);
        using Tensor active = nn.functional.silu(maps);
        using Tensor flat = active.flatten(1);
        using Tensor hidden = fc1.call(flat);
        using Tensor hiddenActive = nn.functional.silu(hidden);
        return fc2.call(hiddenActive);
    }
}
