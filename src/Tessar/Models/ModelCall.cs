using Tessar.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Models;

/// <summary>The door through which a model is asked: its code may be a user's, and may do anything.</summary>
internal static class ModelCall
{
    /// <summary>Runs a batch through a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">[B, ...].</param>
    /// <param name="where">Where this happens, such as "at step 12"; empty to leave it out.</param>
    /// <param name="name">What the model is called; by default what it calls itself.</param>
    /// <returns>The answer, [B, ...], as the model gave it.</returns>
    /// <exception cref="TessarException">The model threw, answered nothing, or not one row per example.</exception>
    public static Tensor Ask(this Module<Tensor, Tensor> model, Tensor inputs, string where = "", string? name = null)
    {
        long[] shape = inputs.shape;
        name ??= model.GetName();
        Tensor? answer;
        try
        {
            using (Waiting.For("the answer of the model {0} to a batch of {1}", name, shape[0]))
                answer = model.call(inputs);
        }
        catch (Exception e) when (e is not (TessarException or OutOfMemoryException or OperationCanceledException))
        {
            // The code of a user's model may throw anything.
            throw Refuse($"failed{Place()} on a batch of {shape[0]}: {FirstLine.Of(e).TrimEnd('.')} ({e.GetType().Name})", e);
        }

        if (answer is null)
            throw Refuse($"answered null{Place()} to a batch of {shape[0]}; a tensor is required", null);
        if (answer.IsInvalid)
            throw Refuse($"answered{Place()} with a tensor that it has disposed of; leave it to the caller", null);
        if (answer.dim() == 0 || answer.shape[0] != shape[0])
            throw Refuse(
                $"answered {Shape.Of(answer)}{Place()} to {Shape.Text(shape)}; one row per example is required, "
                    + $"{shape[0]} of them", null);
        return answer;

        string Place() => where.Length == 0 ? string.Empty : " " + where;

        TessarException Refuse(string what, Exception? inner) => new(
            $"Model `{name}` {what}. Correct its forward method for inputs of shape {Shape.Text(shape)}, or choose "
            + "another batch size.",
            ErrorKind.InputData, inner);
    }
}
