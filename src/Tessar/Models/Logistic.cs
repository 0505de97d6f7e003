using Tessar.Inputs;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Models;

/// <summary>Softmax regression on the input's numbers: logits = W·vec(x) + b.</summary>
/// <remarks>numbers·classes + classes parameters; 7,850 for 28×28 grey images in 10 classes.</remarks>
[ZooModel("logistic", LearningRate = 2e-3)]
internal sealed class Logistic : nn.Module<Tensor, Tensor>
{
    private readonly Linear fc1;

    public Logistic(ModelInput input, int classes)
        : base(nameof(Logistic))
    {
        fc1 = nn.Linear(input.Size, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor numbers = input.flatten(1);
        return fc1.call(numbers);
    }
}
