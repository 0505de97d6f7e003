using Tessar.Examples;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Models;

/// <summary>Softmax regression on pixels: logits = W·vec(x) + b.</summary>
/// <remarks>channels·height·width·classes + classes parameters; 7,850 for 28×28 grey images in 10 classes.</remarks>
[ZooModel("logistic", LearningRate = 2e-3)]
internal sealed class Logistic : nn.Module<Tensor, Tensor>
{
    private readonly Linear fc1;

    public Logistic(ImageShape image, int classes)
        : base(nameof(Logistic))
    {
        fc1 = nn.Linear((long)image.Channels * image.Height * image.Width, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor pixels = input.flatten(1);
        return fc1.call(pixels);
    }
}
