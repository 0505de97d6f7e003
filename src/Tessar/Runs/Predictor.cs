using System.Diagnostics;
using System.Runtime.InteropServices;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Tasks;
using Tessar.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Runs;

/// <summary>Asks a run's model about examples. Loads libtorch.</summary>
/// <example><code>
/// Run run = Run.Open("runs/first");
/// using ExampleStore store = run.OpenExamples();
/// var targets = ExampleSet.Parse(store, "test:0-9");
/// Predictions predictions = Predictor.Predict(run, targets);
/// Console.WriteLine($"{store.ClassNames[predictions.Predicted(0)]}: {predictions.Probabilities(0).Max():P1}");
/// Console.WriteLine(predictions.Score(targets).Accuracy);
/// </code></example>
public static class Predictor
{
    // Fixed, because the size of a batch may change the last bits of an answer.
    internal const int BatchSize = 256;

    /// <summary>Computes the logits of some examples and keeps them under the run, or finds those computed before.</summary>
    /// <param name="run">The run.</param>
    /// <param name="targets">The examples; of the run's data set or another with inputs of the same shape.</param>
    /// <param name="checkpoint">One of the run's; the last by default.</param>
    /// <param name="progress">Receives the number of examples done.</param>
    /// <param name="cancellation">Stops after the current batch; nothing is kept.</param>
    /// <returns>The predictions.</returns>
    /// <exception cref="NumericalException">A weight or a logit isn't finite; names the example.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="TessarException">
    /// The checkpoint is missing or was changed; the examples are of another kind or shape; the folder can't be written to.
    /// </exception>
    /// <remarks>One forward pass per example, in batches of 256, in evaluation mode, without gradients.</remarks>
    public static Predictions Predict(
        Run run, ExampleSet targets, Checkpoint? checkpoint = null, IProgress<long>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(targets);
        checkpoint ??= run.LastCheckpoint();
        if (run.Record.Program.Input.MisfitOf(targets.Store) is { } misfit)
            throw misfit;

        string directory = Predictions.DirectoryOf(
            run.Directory, run.IdentityOf(checkpoint), targets.Store.Identity, targets.ToString(), run.Record.Program.Input);
        run.CheckCode();
        if (Predictions.TryOpen(directory, run) is { } known)
            return known;
        using Module<Tensor, Tensor> model = run.LoadModel(checkpoint);
        var watch = Stopwatch.StartNew();
        float[] logits = Logits(model, targets, run.Record.Program.Input, run.Task, progress, cancellation);
        return Predictions.Save(run, checkpoint, targets, logits, watch.Elapsed.TotalSeconds);
    }

    /// <summary>
    /// The logits of a set, in evaluation mode and without gradients; the module's mode is as before afterwards.
    /// </summary>
    /// <returns>[examples, ...], row by row: for each what the task calls an answer.</returns>
    /// <exception cref="NumericalException">A logit isn't finite.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal static float[] Logits(
        Module<Tensor, Tensor> model, ExampleSet set, ModelInput input, ITask task,
        IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        float[] logits = [];
        bool wasTraining = model.training;
        model.eval();
        try
        {
            using var noGradient = no_grad();
            foreach (ExampleBatch batch in set.Batches(BatchSize))
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                Tensor output = Answer(model, Batches.Inputs(set, batch.Indices, input), task);
                ReadOnlySpan<float> numbers = MemoryMarshal.Cast<byte, float>(output.bytes);
                int size = numbers.Length / batch.Count;
                if (batch.First == 0)
                    logits = new float[checked(set.Count * size)];
                numbers.CopyTo(logits.AsSpan(batch.First * size));
                progress?.Report(batch.End);
            }
        }
        finally
        {
            model.train(wasTraining);
        }

        return Checked(logits, set, task);
    }

    private static Tensor Answer(Module<Tensor, Tensor> model, Tensor inputs, ITask task)
    {
        Tensor output = model.Ask(inputs);
        long[] expected = task.AnswerShape(inputs.shape);
        if (output.shape.AsSpan().SequenceEqual(expected) && output.dtype == ScalarType.Float32)
            return output.contiguous();
        throw new TessarException(
            $"Model `{model.GetName()}` answers {output.dtype} {Shape.Of(output)} to {Shape.Of(inputs)}; Float32 "
            + $"{Shape.Text(expected)} is "
            + "required. Correct its forward method for batches of this size.",
            ErrorKind.InputData);
    }

    private static float[] Checked(float[] logits, ExampleSet set, ITask task)
    {
        int size = set.Count == 0 ? 1 : logits.Length / set.Count;
        if (NonFinite.FirstIn(ElementType.F32, MemoryMarshal.AsBytes(logits.AsSpan())) is { } at)
        {
            throw new NumericalException(
                $"The model's answer to example {set.First + at / size} of `{set.Split}` isn't finite "
                + $"({task.Outputs[(int)(at % size % task.Outputs.Count)]}). "
                + "Its weights are too large: train again with a lower learning rate, or check the normalisation.");
        }

        return logits;
    }
}
