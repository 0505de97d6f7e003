using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Lenses.Data.Scoring;
using Tessar.Lenses.Data.Trajectory;
using Tessar.Methods;
using Tessar.Models;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Runs.Replaying;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data;

/// <summary>
/// The exact derivative of a prediction with respect to the weight of each training example, through every update of the recorded
/// run.
/// </summary>
/// <remarks>
/// With the gradient of a batch of b taken as (1/b) Σ_i w_i ∇ℓ_i, score[i, j] = ∂f(q_j; θ_T(w))/∂w_i at w = 1: leaving z_i out of
/// this very training, same seed and same batches, changes f by −score to first order. The run is replayed, which has to give the
/// recorded bits, and differentiated backwards from its end. For runs of sgd, adam and adamw, with clipping, schedules, dropout
/// and augmentation; several runs are averaged. Training examples that the run never saw score 0. Source: Ilyas and Engstrom,
/// arXiv:2504.16430.
/// </remarks>
[Method(
    "data/magic", Paper = "arXiv:2504.16430", Needs = MethodNeeds.ReplayableTraining,
    Cost = "two replays of the T updates, two more for the self-check, and, per update, one gradient with a graph and one "
        + "backward pass through it for each target; memory 2√T states and about 3·p numbers per target",
    BestFor = "what this very run would have done without an example: nearly exact, at about the price of a training per target "
        + "or sum of targets")]
public sealed class Magic(MagicOptions options) : IAttributionMethod
{
    private readonly MagicOptions _options = options.Checked();
    private const string MethodName = "data/magic";

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        var tally = new ScoreTally(context);
        var check = new RemovalCheck(_options.CheckReplays);
        return CheckpointScores.Mean(
            run, train, targets, context,
            (view, sum, pass) => Visit(tally, check, view, train, targets, pass, (first, derivative, rowOf) =>
            {
                int outputs = derivative.Outputs;
                double[] block = new double[(long)train.Count * outputs];
                for (int i = 0; i < train.Count; i++)
                {
                    if (!rowOf.TryGetValue(train.Row(i), out int row))
                        continue;
                    for (int k = 0; k < outputs; k++)
                        block[(long)i * outputs + k] = derivative.Values[(long)row * outputs + k];
                }

                sum.narrow(1, first, outputs).add_(tensor(block, [train.Count, outputs], ScalarType.Float64));
            }),
            () =>
            {
                Note(tally, check);
                return tally.Report(
                    MethodName, run.Task.Output(_options.Output).Name,
                    "change of the output by the example in this very training, to first order");
            });
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        var tally = new ScoreTally(context);
        var check = new RemovalCheck(_options.CheckReplays);
        float[] own = CheckpointScores.MeanOfSelf(
            run, train, context,
            (view, sum, pass) => Visit(tally, check, view, train, train, pass, (first, derivative, rowOf) =>
            {
                double[] block = [.. Enumerable.Range(0, derivative.Outputs).Select(k =>
                    rowOf.TryGetValue(train.Row(first + k), out int row)
                        ? derivative.Values[(long)row * derivative.Outputs + k]
                        : 0)];
                sum.narrow(0, first, block.Length).add_(tensor(block, ScalarType.Float64));
            }));
        Note(tally, check);
        return own;
    }

    // A run is differentiated as a whole, in blocks of targets: the pass is one run's, not one of the checkpoints along it.
    private void Visit(
        ScoreTally tally, RemovalCheck check, CheckpointView view, ExampleSet train, ExampleSet targets, MethodContext pass,
        Action<int, TrajectoryDerivative, IReadOnlyDictionary<long, int>> visit)
    {
        IReplayer replayer = pass.Replayer ?? throw new TessarException(
            $"{MethodName} replays the training, and nobody here can. Pass a MethodContext with a Replayer, such as `new "
                + $"RunReplayer()` of Tessar.Training.", ErrorKind.Usage);
        tally.Features.Start();
        Refuse(view);
        // Before the replay, not at its end.
        view.Task.CheckTargets(train);
        view.Task.CheckTargets(targets);
        tally.Note(view.Run.Record.Program.Parameters, [], 0);
        tally.Computed += train.Count;
        // Adjoints of the weights and of what the optimiser remembers, and their temporaries.
        int block = (int)Math.Clamp(
            pass.MemoryBudget / 2 / (6 * sizeof(float) * Math.Max(1, view.Run.Record.Program.Parameters)), 1,
            Math.Min(targets.Count, _options.TargetsAtOnce));
        int blocks = (targets.Count + block - 1) / block;
        foreach ((int first, int count) in targets.Batches(block))
        {
            MethodContext part = RepeatedProgress.Of(pass, first / block, blocks);
            Func<nn.Module<Tensor, Tensor>, Tensor> outputs = model => Outputs(model, view, targets, first, count);
            TrajectoryDerivative derivative = replayer.Differentiate(
                view.Run, outputs, pass.MemoryBudget, Heard(part), pass.Cancellation);
            RefuseOverflow(view.Run, derivative);
            var rowOf = new Dictionary<long, int>();
            for (int row = 0; row < derivative.Rows.Count; row++)
                rowOf[derivative.Rows[row]] = row;
            visit(first, derivative, rowOf);
            if (first > 0)
                continue;
            Note(tally, view, train, rowOf);
            check.Compare(view.Run, derivative, replayer, outputs, pass);
        }

        tally.Features.Stop();
    }

    private Tensor Outputs(nn.Module<Tensor, Tensor> model, CheckpointView view, ExampleSet targets, int first, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        int[] indices = [.. Enumerable.Range(first, count)];
        Tensor logits = model.Ask(Batches.Inputs(targets, indices, view.Input));
        return view.Task.Output(_options.Output).Value(logits, view.Task.Targets(targets, indices)).MoveToOuterDisposeScope();
    }

    private static void Refuse(CheckpointView view)
    {
        if (view.Run.Checkpoints.Count == 0 || view.Checkpoint.Sha256 != view.Run.Checkpoints[^1].Sha256)
        {
            throw new TessarException(
                $"{MethodName} differentiates a run up to its last checkpoint; {Path.GetFileName(view.Checkpoint.File)} isn't "
                    + $"the last one of {view.Run.Name}. "
                + "Name whole runs, not an ensemble of models on parts of the data.", ErrorKind.Usage);
        }
    }

    private static void RefuseOverflow(Run run, TrajectoryDerivative derivative)
    {
        if (derivative.Values.All(double.IsFinite))
            return;
        throw new NumericalException(
            $"The derivative through the {derivative.Steps} updates of {run.Name} leaves the range of single precision: the "
                + $"training is chaotic, a small change grows with every update. "
            + "Train with a lower rate or momentum, fewer epochs or a smooth activation; or explain it with another method, such "
            + "as data/trak.");
    }

    private static void Note(ScoreTally tally, RemovalCheck check)
    {
        if (check.Result is { } found)
            tally.Check(found);
        if (check.Remark is { } remark)
            tally.Remark(remark);
    }

    private static void Note(
        ScoreTally tally, CheckpointView view, ExampleSet train, Dictionary<long, int> rowOf)
    {
        tally.Check(new SelfCheck(
            "replay-difference", 0, 0,
            "Weights of the replayed run that differ from the recorded ones; any would have ended the computation."));
        int unseen = Enumerable.Range(0, train.Count).Count(i => !rowOf.ContainsKey(train.Row(i)));
        if (unseen > 0)
            tally.Remark(string.Create(
                CultureInfo.InvariantCulture,
                $"{unseen} of the {train.Count} train examples were not in the training of {view.Run.Name}: they score 0."));
    }

    private static Progress? Heard(MethodContext context) => context.Progress is { } progress ? new Progress(progress) : null;

    private sealed class Progress(IProgress<MethodProgress> progress) : IProgress<ReplayProgress>
    {
        public void Report(ReplayProgress value) =>
            progress.Report(new MethodProgress(value.Stage, value.Done, value.Total, "updates"));
    }
}

/// <summary>Settings of <see cref="Magic"/>.</summary>
public sealed record MagicOptions
{
    /// <summary>What is explained: the margin log(p/(1 − p)) of the label, or its log-probability.</summary>
    public TargetOutput Output { get; init; } = TargetOutput.Margin;

    /// <summary>Targets that are carried back together, as far as memory allows; more need further replays.</summary>
    [Range(1, 1_000_000)]
    public int TargetsAtOnce { get; init; } = 100;

    /// <summary>
    /// Replays without a random hundredth of the examples, whose outcome the scores have to predict; 0 leaves that check out.
    /// </summary>
    [Range(0, 1000)]
    public int CheckReplays { get; init; } = 2;
}
