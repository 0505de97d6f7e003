using System.Globalization;
using Tessar.Autograd;
using Tessar.Native;
using Tessar.Runs;
using Tessar.Runs.Replaying;
using Tessar.Training.Replaying.Adjoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Training.Replaying;

/// <summary>Replays runs in this process. Loads libtorch; for use by one thread at a time.</summary>
/// <remarks>
/// Cost of a derivative: two replays, and per update one gradient with a graph and a backward pass through it for each output.
/// Memory: about 2√T states (weights and what the optimiser remembers), and two to three times the weights for each output.
/// States between the kept ones are computed again and compared with the kept ones bit for bit.
/// </remarks>
/// <example>How much would a hundred examples of weight 1.1 have changed the first bias?<code>
/// Run run = Run.Open("runs/first");
/// Func&lt;torch.nn.Module&lt;Tensor, Tensor&gt;, Tensor&gt; bias = model => model.parameters().Last()[0].reshape(1);
/// float[] weights = [.. Enumerable.Range(0, 200).Select(i => i &lt; 100 ? 1.1f : 1)];
/// float[] recorded = new RunReplayer().Reweigh(run, [.. weights.Select(_ => 1f)], bias);
/// Console.WriteLine(new RunReplayer().Reweigh(run, weights, bias)[0] - recorded[0]);
/// </code></example>
public sealed class RunReplayer : IReplayer
{
    private const int TrimEvery = 100;

    /// <inheritdoc/>
    public TrajectoryDerivative Differentiate(
        Run run, Func<nn.Module<Tensor, Tensor>, Tensor> outputs, long memoryBudget, IProgress<ReplayProgress>? progress = null,
        CancellationToken cancellation = default) =>
            Differentiate(run, outputs, memoryBudget, new ReplayNumerics(ScalarType.Float32), progress, cancellation);

    /// <inheritdoc/>
    public float[] Reweigh(
        Run run, IReadOnlyList<float> weights, Func<nn.Module<Tensor, Tensor>, Tensor> outputs,
        IProgress<ReplayProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(weights);
        double[] found = Reweigh(run, [.. weights.Select(w => (double)w)], outputs, ScalarType.Float32, progress, cancellation);
        return [.. found.Select(value => (float)value)];
    }

    /// <summary>The same in a precision of choice.</summary>
    internal static double[] Reweigh(
        Run run, double[] weights, Func<nn.Module<Tensor, Tensor>, Tensor> outputs, ScalarType precision,
        IProgress<ReplayProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(outputs);
        using DisposeScope scope = NewDisposeScope();
        using var session = new ReplaySession(run, precision);
        if (weights.Length != session.Examples)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"weights holds {weights.Length} numbers; {run.Name} was trained on {session.Examples} examples."),
                nameof(weights));
        }

        // Weights of 1 are the recorded updates, bit for bit.
        double[]? given = weights.All(w => w == 1) ? null : weights;
        foreach (ReplayedBatch batch in session.Batches(0, session.Steps))
        {
            cancellation.ThrowIfCancellationRequested();
            using (batch)
                session.Advance(batch, given);
            progress?.Report(new ReplayProgress("replay", batch.Step + 1, session.Steps));
        }

        session.Model.eval();
        using IDisposable noGradient = no_grad();
        return outputs(session.Model).to_type(ScalarType.Float64).data<double>().ToArray();
    }

    /// <summary>The same in a precision, with weights, and with states kept at an interval of choice.</summary>
    internal static TrajectoryDerivative Differentiate(
        Run run, Func<nn.Module<Tensor, Tensor>, Tensor> outputs, long memoryBudget, ReplayNumerics numerics,
        IProgress<ReplayProgress>? progress = null, CancellationToken cancellation = default)
    {
        (ScalarType precision, double[]? weights, int? interval) = numerics;
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(outputs);
        using DisposeScope scope = NewDisposeScope();
        using var session = new ReplaySession(run, precision);
        int stride = interval ?? Math.Max(1, (int)Math.Ceiling(Math.Sqrt(session.Steps)));
        long states = (session.Steps + stride - 1) / stride + stride + 1;
        if (states * session.StateBytes > memoryBudget)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"The derivative keeps {states} states of {session.StateBytes:N0} bytes, {states * session.StateBytes:N0} in "
                    + $"all; the memory budget is {memoryBudget:N0}. ")
                + "Train a smaller model or for fewer steps.", ErrorKind.Environment);
        }

        List<Tensor[]> kept = [];
        List<Adjoint> adjoints = [];
        try
        {
            Forth(session, stride, weights, kept, progress, cancellation);
            if (precision == ScalarType.Float32 && weights is null)
                CheckAgainstRecord(run, session);
            UpdateAdjoint adjoint = UpdateAdjoint.For(session.Optimizer.Parameters, run.Record.Program.Optimizer!);
            adjoints.AddRange(Final(session, outputs, adjoint));
            var back = new TrajectoryAdjoint(session, adjoint, adjoints);
            Back(session, back, stride, weights, kept, progress, cancellation);
            return new TrajectoryDerivative(back.Values, session.Rows, adjoints.Count, session.Steps, kept.Count);
        }
        finally
        {
            adjoints.ForEach(a => a.Dispose());
            kept.ForEach(Free);
        }
    }

    private static void Forth(
        ReplaySession session, int stride, double[]? weights, List<Tensor[]> kept, IProgress<ReplayProgress>? progress,
        CancellationToken cancellation)
    {
        foreach (ReplayedBatch batch in session.Batches(0, session.Steps))
        {
            using (batch)
            {
                cancellation.ThrowIfCancellationRequested();
                if (batch.Step % stride == 0)
                    kept.Add(session.CopyState());
                session.Advance(batch, weights);
            }

            progress?.Report(new ReplayProgress("replay", batch.Step + 1, session.Steps));
        }

        kept.Add(session.CopyState());
    }

    private static List<Adjoint> Final(
        ReplaySession session, Func<nn.Module<Tensor, Tensor>, Tensor> outputs, UpdateAdjoint adjoint)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = set_grad_enabled(true);
        session.Model.eval();
        List<Adjoint> found = [];
        try
        {
            Tensor values = outputs(session.Model);
            for (long k = 0; k < values.shape[0]; k++)
                found.Add(Adjoint.Of(Gradient.OfKeepingGraph(values[k], session.Parameters), adjoint.Remembered));
            return found;
        }
        catch
        {
            found.ForEach(a => a.Dispose());
            throw;
        }
        finally
        {
            session.Model.train();
        }
    }

    private static void Back(
        ReplaySession session, TrajectoryAdjoint back, int stride, double[]? weights, List<Tensor[]> kept,
        IProgress<ReplayProgress>? progress,
        CancellationToken cancellation)
    {
        for (int segment = kept.Count - 2; segment >= 0; segment--)
        {
            long first = (long)segment * stride, count = Math.Min(stride, session.Steps - first);
            List<Tensor[]> inside = [];
            List<ReplayedBatch> batches = [];
            try
            {
                session.PutState(kept[segment]);
                foreach (ReplayedBatch batch in session.Batches(first, count))
                {
                    batches.Add(batch);
                    cancellation.ThrowIfCancellationRequested();
                    inside.Add(session.CopyState());
                    session.Advance(batch, weights);
                }

                if (!session.Equals(kept[segment + 1]))
                {
                    throw new NumericalException(
                        $"Steps {first} to {first + count} gave other bits when they were replayed a second time. Likely cause: "
                            + $"the model draws random numbers by itself, or another thread uses libtorch.");
                }

                for (int s = (int)count - 1; s >= 0; s--)
                {
                    cancellation.ThrowIfCancellationRequested();
                    back.Back(batches[s], inside[s], s + 1 < count ? inside[s + 1] : kept[segment + 1], weights);
                    if ((first + s) % TrimEvery == 0)
                        NativeTuning.Trim();
                    progress?.Report(new ReplayProgress("derivative", session.Steps - first - s, session.Steps));
                }
            }
            finally
            {
                batches.ForEach(batch => batch.Dispose());
                inside.ForEach(Free);
            }
        }
    }

    private static void CheckAgainstRecord(Run run, ReplaySession session)
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> recorded = run.LoadModel();
        Dictionary<string, Tensor> weights = recorded.named_parameters()
            .ToDictionary(p => p.name, p => (Tensor)p.parameter, StringComparer.Ordinal);
        string[] different =
            [.. session.Optimizer.Parameters.Items.Where(item => !ReplaySession.HasSameBits(item.Value, weights[item.Name]))
                .Select(item => item.Name)];
        if (different.Length == 0)
            return;
        IReadOnlyList<string> changes = RunReplay.DifferencesTo(run.Record);
        throw new TessarException(
            $"The training of {run.Name} can't be replayed bit for bit: {string.Join(", ", different)} came out differently. "
            + (changes.Count > 0 ? $"Since then: {string.Join("; ", changes)}. " : "A replay says where. ")
            + "Train it again here for an exact derivative.", ErrorKind.InputData)
        {
            Remedies = [new(RemedyKind.ReplayRun, run.Name)]
        };
    }

    private static void Free(Tensor[] tensors) => Array.ForEach(tensors, tensor => tensor.Dispose());
}
