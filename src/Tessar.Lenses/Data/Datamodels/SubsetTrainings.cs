using System.Diagnostics;
using System.Globalization;
using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Lenses.Data.Outputs;
using Tessar.Methods;
using Tessar.Runs.Retraining;

namespace Tessar.Lenses.Data.Datamodels;

/// <summary>Models trained on subsets, and what they answered to the targets: what datamodels are fitted to.</summary>
internal sealed class SubsetTrainings
{
    private readonly SubsetOutputs _outputs;
    private readonly int[] _seeds;
    private readonly double _sign;

    private SubsetTrainings(SubsetOutputs outputs, TargetOutput output, double seconds)
    {
        (_outputs, Seconds) = (outputs, seconds);
        _seeds = [.. Enumerable.Range(0, outputs.Seeds)];
        // A retraining keeps the loss; higher is better here.
        _sign = output == TargetOutput.NegativeLoss ? -1 : 1;
    }

    /// <summary>Which examples each subset has.</summary>
    public ExampleMasks Masks => _outputs.Masks;

    /// <summary>The subsets with a trained model.</summary>
    public int[] Answered => _outputs.Answered;

    /// <summary>m.</summary>
    public int Targets => _outputs.Targets;

    /// <summary>What to know about them, one sentence each.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Seconds spent on training; nearly 0 when the models were there.</summary>
    public double Seconds { get; }

    /// <summary>Trains what isn't there yet.</summary>
    /// <param name="method">Who asks, for messages.</param>
    /// <param name="run">The program of its first run is trained.</param>
    /// <param name="train">What the masks choose from.</param>
    /// <param name="targets">Whose outputs are kept.</param>
    /// <param name="masks">The subsets.</param>
    /// <param name="repeats">Trainings of each, whose outputs are averaged.</param>
    /// <param name="output">What is explained.</param>
    /// <param name="seed">Decides every training's seed; of the method's own domain.</param>
    /// <param name="context">Who trains.</param>
    /// <param name="least">Subsets that need a model for the fit.</param>
    /// <exception cref="TessarException">Nobody trains, the run can't be trained again, or too few trainings came to their end.</exception>
    public static SubsetTrainings Train(
        string method, RunView run, ExampleSet train, ExampleSet targets, ExampleMasks masks, int repeats, TargetOutput output, ulong seed,
        MethodContext context, int least)
    {
        IRetrainer retrainer = Retrainer(method, context);
        CheckMemory(train, targets, masks.Count, repeats, context);
        context.Cancellation.ThrowIfCancellationRequested();
        long start = Stopwatch.GetTimestamp();
        RetrainingRequest request = RetrainingCache.Placed(
            RetrainingCache.For(run.Run, train, targets, masks, seed) with
            {
                Repeats = repeats,
                Output = output == TargetOutput.Margin ? RetrainingOutput.Margin : RetrainingOutput.Loss,
            },
            run.Run);
        RetrainedModels models = retrainer.Retrain(request, ProgressOf(context), context.Cancellation);
        int failed = models.Record.Failed.Count;
        int usable = Enumerable.Range(0, masks.Count).Count(j => Enumerable.Range(j * repeats, repeats).Any(models.IsCompleted));
        if (usable < Math.Max(least, 3))
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture, $"{failed} of {models.Count} trainings failed, which leaves models on {usable} subsets; {method} needs {least}. ")
                + $"The first failure: {(failed > 0 ? models.Record.Failed[0].Reason : "none")}", ErrorKind.InputData);
        }

        float[] answers = models.ReadOutputs();
        if (Array.FindIndex(answers, float.IsInfinity) is var at and >= 0)
            throw new NumericalException(string.Create(CultureInfo.InvariantCulture, $"A model's output on target {at % targets.Count} is {answers[at]}. Use output=negative-loss."));
        var trainings = new SubsetTrainings(new SubsetOutputs(models.OpenMasks(), repeats, answers), output, Stopwatch.GetElapsedTime(start).TotalSeconds);
        if (failed > 0)
            trainings.Remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{failed} of {models.Count} trainings failed and were left out; the first: {models.Record.Failed[0].Reason.TrimEnd('.')}."));
        if (run.Checkpoints.Count > 1)
            trainings.Remarks.Add($"Only the program of {run.Run.Name} was trained: several runs add nothing to this method.");
        return trainings;
    }

    /// <summary>The outputs of the answered subsets on a target, [M].</summary>
    public double[] Outputs(int target)
    {
        double[] y = new double[Answered.Length];
        for (int r = 0; r < y.Length; r++)
            y[r] = _sign * _outputs.Mean(Answered[r], target, _seeds);
        return y;
    }

    /// <summary>What a score of 1 means.</summary>
    public static string Units(TargetOutput output) =>
        $"change of the {(output == TargetOutput.Margin ? "margin" : "log-probability")} when the example joins a random subset";

    /// <summary>Who trains.</summary>
    /// <exception cref="TessarException">Nobody does.</exception>
    public static IRetrainer Retrainer(string method, MethodContext context) => context.Retrainer ?? throw new TessarException(
        $"{method} trains models on subsets of the data, but the context has nobody to train them: its Retrainer is null. Pass one, for "
        + "example `new MethodContext { Retrainer = new InProcessRetrainer() }`, or use `tessar attribute`.", ErrorKind.Usage);

    // Masks as bits, twice, for all models and for the parts; outputs as they are read.
    private static void CheckMemory(ExampleSet train, ExampleSet targets, int subsets, int repeats, MethodContext context)
    {
        long bytes = (long)train.Count * subsets / 2 + 8L * subsets * repeats * targets.Count;
        if (bytes > context.MemoryBudget)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"Masks of {subsets} subsets of {train} and their outputs on {targets} need {bytes:N0} bytes; the memory budget is {context.MemoryBudget:N0}. ")
                + "Choose fewer --targets, or fewer `subsets`.", ErrorKind.Environment);
        }
    }

    private static Listener? ProgressOf(MethodContext context) => context.Progress is { } progress ? new Listener(progress) : null;

    private sealed class Listener(IProgress<MethodProgress> progress) : IProgress<RetrainingProgress>
    {
        public void Report(RetrainingProgress value) => progress.Report(new MethodProgress("trainings", value.Done, value.Total, "trainings"));
    }
}
