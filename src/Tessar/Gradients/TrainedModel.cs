using Tessar.Inputs;
using Tessar.Tasks;
using static TorchSharp.torch;

namespace Tessar.Gradients;

/// <summary>A model with the weights of one checkpoint, and what has to be known to ask it something.</summary>
/// <param name="Module">The module in evaluation mode; disposed with this.</param>
/// <param name="Input">How examples become its inputs.</param>
/// <param name="Classes">How many outputs it has for an example: the classes that it tells apart.</param>
/// <param name="Name">Its architecture's name, for messages.</param>
/// <param name="File">Where the weights lie, for messages.</param>
/// <param name="Sha256">Hash of that file, in hexadecimal digits: what draws that belong to these weights are keyed by.</param>
internal sealed record TrainedModel(
    nn.Module<Tensor, Tensor> Module, ModelInput Input, int Classes, string Name, string File, string Sha256)
        : IDisposable
{
    /// <summary>The rule that its answers are read by.</summary>
    public required ITask Task { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Module.Dispose();
}
