using System.Globalization;
using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Tasks;

namespace Tessar.Lenses.Data.Datamodels;

/// <summary>Models trained on subsets, and what they answered to the targets: what datamodels are fitted to.</summary>
internal sealed class SubsetTrainings
{
    private readonly SubsetOutputs _outputs;
    private readonly int[] _seeds;
    private readonly double _sign;
    private readonly int _first;

    private SubsetTrainings(SubsetOutputs outputs, TargetOutput output, int first, int targets)
    {
        (_outputs, _first, Targets) = (outputs, first, targets);
        _seeds = [.. Enumerable.Range(0, outputs.Seeds)];
        // A retraining keeps the loss; higher is better here.
        _sign = output == TargetOutput.NegativeLoss ? -1 : 1;
    }

    /// <summary>Which examples each subset has.</summary>
    public ExampleMasks Masks => _outputs.Masks;

    /// <summary>The subsets with a trained model.</summary>
    public int[] Answered => _outputs.Answered;

    /// <summary>m.</summary>
    public int Targets { get; }

    /// <summary>What to know about them, one sentence each.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Trains what isn't there yet.</summary>
    /// <param name="plan">Which trainings.</param>
    /// <param name="run">The program of its first run is trained.</param>
    /// <param name="train">What the masks choose from.</param>
    /// <param name="targets">Whose outputs are kept.</param>
    /// <param name="context">Who trains.</param>
    /// <exception cref="TessarException">
    /// Nobody trains, the run can't be trained again, or too few trainings came to their end.
    /// </exception>
    public static SubsetTrainings Train(
        SubsetPlan plan, RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        (int subsets, int repeats) = (plan.Subsets, plan.Repeats);
        IRetrainer retrainer = Retrainer(plan.Method, context);
        if (Bytes(train, targets.Count, subsets, repeats) is var bytes && bytes > context.MemoryBudget)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"Masks of {subsets} subsets of {train} and their outputs on {targets} need {bytes:N0} bytes; the memory budget "
                    + $"is {context.MemoryBudget:N0}. ")
                + "Choose fewer targets, or fewer `subsets`.", ErrorKind.Environment)
            {
                Remedies = [new(RemedyKind.ChangeArgument, "targets"), new(RemedyKind.SetMethodOption, "subsets")]
            };
        }

        run.Task.CheckTargets(train);
        run.Task.CheckTargets(targets);
        context.Cancellation.ThrowIfCancellationRequested();
        ExampleSet asked = AskedAbout(run, targets);
        if (Bytes(train, asked.Count, subsets, repeats) > context.MemoryBudget)
            asked = targets;
        ExampleMasks masks = plan.MasksOf(subsets);
        RetrainingRequest request = RetrainingCache.Grown(Request(masks), plan.MasksOf);
        RetrainedModels models = retrainer.Retrain(request, ProgressOf(context), context.Cancellation);
        int jobs = checked(subsets * repeats);
        FailedTraining[] failed = [.. models.Record.Failed.Where(training => training.Job < jobs)];
        int usable = Enumerable.Range(0, subsets).Count(j => Enumerable.Range(j * repeats, repeats).Any(models.IsCompleted));
        if (usable < Math.Max(plan.Least, 3))
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"{failed.Length} of {jobs} trainings failed, which leaves models on {usable} subsets; {plan.Method} needs {plan.Least}. ")
                + $"The first failure: {(failed.Length > 0 ? failed[0].Reason : "none")}", ErrorKind.InputData);
        }

        float[] answers = models.ReadOutputs();
        if (models.Count > jobs)
            answers = answers[..checked(jobs * asked.Count)];
        // A failed training's row is NaN from end to end; anything else has to be a number.
        if (Enumerable.Range(0, answers.Length)
            .FirstOrDefault(k => !float.IsFinite(answers[k]) && models.IsCompleted(k / asked.Count), -1) is var at and >= 0)
            throw new NumericalException(string.Create(
                CultureInfo.InvariantCulture,
                $"A model's output on example {asked.First + at % asked.Count} of {asked.Split} is {answers[at]}. Use "
                    + $"output=negative-loss."));
        var trainings = new SubsetTrainings(
            new SubsetOutputs(masks, repeats, answers), plan.Output, targets.First - asked.First, targets.Count);
        if (failed.Length > 0)
            trainings.Remarks.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{failed.Length} of {jobs} trainings failed and were left out; the first: {failed[0].Reason.TrimEnd('.')}."));
        if (run.Checkpoints.Count > 1)
            trainings.Remarks.Add($"Only the program of {run.Run.Name} was trained: several runs add nothing to this method.");
        return trainings;

        RetrainingRequest Request(ExampleMasks of) => RetrainingCache.Placed(
            RetrainingCache.For(run.Run, train, asked, of, plan.Seed) with
            {
                Repeats = repeats,
                Output = plan.Output == TargetOutput.Margin ? RetrainingOutput.Margin : RetrainingOutput.Loss,
            },
            run.Run);
    }

    /// <summary>The outputs of the answered subsets on a target, [M].</summary>
    public double[] Outputs(int target)
    {
        double[] y = new double[Answered.Length];
        for (int r = 0; r < y.Length; r++)
            y[r] = _sign * _outputs.Mean(Answered[r], _first + target, _seeds);
        return y;
    }

    /// <summary>What a score of 1 means.</summary>
    public static string Units(TargetOutput output) =>
        $"change of the {(output == TargetOutput.Margin ? "margin" : "log-probability")} when the example joins a random subset";

    /// <summary>Who trains.</summary>
    /// <exception cref="TessarException">Nobody does.</exception>
    public static IRetrainer Retrainer(string method, MethodContext context) => context.Retrainer ?? throw new TessarException(
        $"{method} trains models on subsets of the data, but the context has nobody to train them: its Retrainer is null. Pass "
            + $"one, for "
        + "example `new MethodContext { Retrainer = new InProcessRetrainer() }`.", ErrorKind.Usage)
    {
        Remedies = [new(RemedyKind.Attribute)]
    };

    // Models are asked about all of the run's test examples at once, so that other targets of them need no other models.
    private static ExampleSet AskedAbout(RunView run, ExampleSet targets)
    {
        DataReference data = run.Run.Record.Program.Data;
        if (targets.Store.Identity != data.Identity)
            return targets;
        ExampleSet test = ExampleSet.Parse(targets.Store, data.Test, targets.Labels);
        bool isPart = test.Split == targets.Split && targets.First >= test.First
            && targets.First + targets.Count <= test.First + test.Count;
        return isPart ? test : targets;
    }

    // Masks as bits, twice, for all models and for the parts; outputs as they are read.
    private static long Bytes(ExampleSet train, int targets, int subsets, int repeats) =>
        (long)train.Count * subsets / 2 + 8L * subsets * repeats * targets;

    private static Listener? ProgressOf(MethodContext context) =>
        context.Progress is { } progress ? new Listener(progress) : null;

    private sealed class Listener(IProgress<MethodProgress> progress) : IProgress<RetrainingProgress>
    {
        public void Report(RetrainingProgress value) =>
            progress.Report(new MethodProgress("trainings", value.Done, value.Total, "trainings"));
    }
}
