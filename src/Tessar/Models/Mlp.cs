using Tessar.Inputs;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Models;

/// <summary>Three fully connected layers, numbers-128-64-classes, with ReLU between them.</summary>
/// <remarks>109,386 parameters for 28×28 grey images in 10 classes.</remarks>
[ZooModel("mlp", LearningRate = 2e-3)]
internal sealed class Mlp : nn.Module<Tensor, Tensor>
{
    private readonly Linear fc1;
    private readonly Linear fc2;
    private readonly Linear fc3;

    public Mlp(ModelInput input, int classes)
        : base(nameof(Mlp))
    {
        fc1 = nn.Linear(input.Size, 128);
        fc2 = nn.Linear(128, 64);
        fc3 = nn.Linear(64, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor numbers = input.flatten(1);
        using Tensor first = fc1.call(numbers);
        using Tensor firstActive = nn.functional.relu(first);
        using Tensor second = fc2.call(firstActive);
        using Tensor secondActive = nn.functional.relu(second);
        return fc3.call(secondActive);
    }
}
