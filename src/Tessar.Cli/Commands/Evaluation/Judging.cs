using System.Diagnostics;
using Tessar.Cli.Parsing;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs.Retraining;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>Trainings of a run's program that judge attributions; kept by what they are, so every method is judged by the same ones.</summary>
internal static class Judging
{
    /// <summary>Seed domain of judging models: never that of a model that explains.</summary>
    /// <param name="call">The invocation.</param>
    /// <param name="role">Keeps kinds of trainings apart, so that two kinds never start from the same weights.</param>
    public static ulong Seed(Invocation call, int role = 0) => new RandomStream(call.Seed, "evaluation", role).NextUInt64();

    /// <summary>Trains what isn't there yet.</summary>
    /// <param name="call">The invocation.</param>
    /// <param name="work">The run.</param>
    /// <param name="train">What the masks choose from.</param>
    /// <param name="targets">Whose outputs are kept.</param>
    /// <param name="masks">The subsets.</param>
    /// <param name="seeds">Trainings of each.</param>
    /// <param name="output">What is kept.</param>
    /// <param name="role">See <see cref="Seed"/>.</param>
    /// <param name="masksOf">As many masks of the same kind, when they are drawn: then models of a larger request before are used again, more than asked for.</param>
    public static (RetrainedModels Models, double Seconds) Train(
        Invocation call, Attributing work, ExampleSet train, ExampleSet targets, ExampleMasks masks, int seeds, RetrainingOutput output, int role = 0,
        Func<int, ExampleMasks>? masksOf = null)
    {
        long start = Stopwatch.GetTimestamp();
        RetrainingRequest request = RetrainingCache.Placed(
            RetrainingCache.For(work.Run, train, targets, masks, Seed(call, role)) with { Repeats = seeds, Output = output }, work.Run);
        if (masksOf is not null)
            request = RetrainingCache.Grown(request, masksOf);
        RetrainedModels models = call.Progress.Run(progress => work.Context.Retrainer!.Retrain(request, Translate.Retraining(progress), call.Cancellation));
        if (models.Record.Failed.Count > 0)
            call.Remark($"{models.Record.Failed.Count} of {models.Count} trainings failed and are left out: {models.Record.Failed[0].Reason}");
        return (models, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>The targets named, or the first of the run's test examples.</summary>
    public static ExampleSet Targets(Attributing work, string? range, int most = 500)
    {
        if (range is not null)
            return work.Examples(range);
        ExampleSet all = work.Examples(work.Run.Record.Program.Data.Test);
        return new ExampleSet(work.Store, all.Split, all.First, Math.Min(most, all.Count), work.Labels);
    }

    /// <summary>Scores by the method, and how long that took.</summary>
    public static (AttributionMatrix Scores, double Seconds) Score(Invocation call, Attributing work, ExampleSet train, ExampleSet targets)
    {
        long start = Stopwatch.GetTimestamp();
        AttributionMatrix scores = call.Progress.Run(progress =>
            work.CreateMethod().Score(work.View, train, targets, work.Context with { Progress = Translate.Method(progress) }));
        return (scores, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
