using Tessar.Inputs;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The mean cross-entropy of a model over examples, given batch by batch: what curvature operators are the second derivative of.</summary>
/// <param name="Model">Maps inputs to logits [B, classes], example by example; in evaluation mode.</param>
/// <param name="Parameters">θ: what is differentiated, one after the other in the flat vector.</param>
/// <param name="Examples">How many examples all batches hold together.</param>
/// <param name="Batches">Makes the inputs [B, ...] and labels [B] of one batch each; tensors belong to the current dispose scope.</param>
internal sealed record BatchLoss(
    nn.Module<Tensor, Tensor> Model, IReadOnlyList<Parameter> Parameters, long Examples, IReadOnlyList<Func<(Tensor Inputs, Tensor Labels)>> Batches)
{
    /// <summary>Length of the flat vector.</summary>
    public long Size { get; } = Parameters.Sum(parameter => parameter.numel());

    /// <summary>Type of the parameters.</summary>
    public ScalarType Type => Parameters[0].dtype;

    /// <summary>Cuts a flat vector into one tensor per parameter, views of it.</summary>
    /// <param name="vector">Shape [P].</param>
    public Tensor[] Split(Tensor vector)
    {
        var parts = new Tensor[Parameters.Count];
        long offset = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = vector.narrow(0, offset, Parameters[i].numel()).reshape(Parameters[i].shape);
            offset += Parameters[i].numel();
        }

        return parts;
    }

    /// <summary>One tensor per parameter as a flat vector.</summary>
    public static Tensor Join(IEnumerable<Tensor> parts) => cat([.. parts.Select(part => part.flatten())]);
}
