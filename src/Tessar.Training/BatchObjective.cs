using Tessar.Autograd;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Tensors;
using Tessar.Training.Optimizers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Training;

/// <summary>The mean loss of one batch under a model, with what was answered at the first question.</summary>
/// <param name="model">The model, in training mode between questions.</param>
/// <param name="parameters">What gradients are taken of.</param>
/// <param name="inputs">What the model takes, [batch, …].</param>
/// <param name="targets">As the task gathers them, one for each example.</param>
internal sealed class BatchObjective(Module<Tensor, Tensor> model, Tensor[] parameters, Tensor inputs, Tensor targets)
    : IObjective, IDisposable
{
    private Tensor? _outputs;

    /// <summary>What is trained for.</summary>
    public required ITask Task { get; init; }

    /// <summary>Share of each label that is spread evenly over all classes.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>The run's seed and the update's number: they decide every draw inside of the model.</summary>
    public required (ulong Seed, long Step) Draws { get; init; }

    /// <summary>What to throw for a loss that isn't finite.</summary>
    public required Func<double, NumericalException> NotFinite { get; init; }

    /// <summary>What the model is called in messages, and where this happens, such as "at step 12".</summary>
    public (string? Model, string Where) Words { get; init; } = (null, string.Empty);

    /// <summary>The loss at the first question.</summary>
    public double FirstLoss { get; private set; } = double.NaN;

    /// <summary>Answers at the first question, [batch, ...], contiguous; lives as long as this.</summary>
    /// <exception cref="InvalidOperationException">Nothing was asked.</exception>
    public Tensor FirstOutputs =>
        _outputs ?? throw new InvalidOperationException("The optimiser made an update without looking at the batch.");

    /// <inheritdoc/>
    public IReadOnlyList<Tensor?> Gradients()
    {
        using Buffers? kept = _outputs is null ? null : new Buffers(model);
        TorchSeed.Set(Draws.Seed, "step", Draws.Step);
        Tensor logits = Answer();
        Tensor loss = Task.Training(LabelSmoothing).Mean(logits, targets);
        Note(logits, loss.item<float>());
        return Gradient.OfUsed(loss, parameters);
    }

    /// <inheritdoc/>
    public double Loss()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        model.eval();
        try
        {
            Tensor logits = Answer().contiguous();
            double loss = Task.Training(LabelSmoothing).Value(logits, targets);
            Note(logits, loss);
            return loss;
        }
        finally
        {
            model.train();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _outputs?.Dispose();

    private Tensor Answer()
    {
        Tensor logits = model.Ask(inputs, Words.Where, Words.Model);
        return logits.dim() == Task.AnswerShape(inputs.shape).Length ? logits : throw new TessarException(
            $"Model `{Words.Model ?? model.GetName()}` answered {Shape.Of(logits)} {Words.Where} to a batch of "
            + $"{targets.shape[0]}; "
            + $"{Task.AnswerWords} is required. Correct its forward method for batches of this size, or choose another batch "
            + "size.",
            ErrorKind.InputData);
    }

    private void Note(Tensor logits, double loss)
    {
        if (!double.IsFinite(loss))
            throw NotFinite(loss);
        if (_outputs is not null)
            return;
        _outputs = logits.detach().contiguous().DetachFromDisposeScope();
        FirstLoss = loss;
    }

    /// <summary>Puts buffers, such as running statistics, back to what they were.</summary>
    private sealed class Buffers(Module model) : IDisposable
    {
        private readonly (Tensor Buffer, Tensor Before)[] _kept = [.. model.buffers().Select(b => (b, b.clone()))];

        public void Dispose()
        {
            using var noGradient = no_grad();
            foreach ((Tensor buffer, Tensor before) in _kept)
            {
                buffer.copy_(before);
                before.Dispose();
            }
        }
    }
}
