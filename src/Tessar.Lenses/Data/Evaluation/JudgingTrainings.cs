using System.Diagnostics;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs.Retraining;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>
/// Trainings of a run's program that judge attributions; kept by what they are, so every method is judged by the same ones.
/// </summary>
internal static class JudgingTrainings
{
    /// <summary>Seed domain of judging models: never that of a model that explains.</summary>
    /// <param name="inquiry">Whose seed it follows from.</param>
    /// <param name="role">Keeps kinds of trainings apart, so that two kinds never start from the same weights.</param>
    public static ulong Seed(Inquiry inquiry, int role = 0) => new RandomStream(inquiry.Seed, "evaluation", role).NextUInt64();

    /// <summary>Trains what isn't there yet.</summary>
    /// <param name="inquiry">The run.</param>
    /// <param name="train">What the masks choose from.</param>
    /// <param name="targets">Whose outputs are kept.</param>
    /// <param name="masks">
    /// The subsets; and as many of the same kind, when they are drawn: then models of a larger request before are used again,
    /// more than asked for.
    /// </param>
    /// <param name="seeds">Trainings of each.</param>
    /// <param name="output">What is kept.</param>
    /// <param name="role">See <see cref="Seed"/>.</param>
    public static (RetrainedModels Models, double Seconds) Train(
        Inquiry inquiry, ExampleSet train, ExampleSet targets, (ExampleMasks Asked, Func<int, ExampleMasks>? More) masks,
        int seeds, RetrainingOutput output, int role = 0)
    {
        long start = Stopwatch.GetTimestamp();
        RetrainingRequest request = RetrainingCache.Placed(
            RetrainingCache.For(inquiry.Run, train, targets, masks.Asked, Seed(inquiry, role)) with
            {
                Repeats = seeds,
                Output = output
            }, inquiry.Run);
        if (masks.More is { } more)
            request = RetrainingCache.Grown(request, more);
        RetrainedModels models = inquiry.Retrain(request);
        if (models.Record.Failed.Count > 0)
            inquiry.Remark(
                $"{models.Record.Failed.Count} of {models.Count} trainings failed and are left out: "
                    + $"{models.Record.Failed[0].Reason}");
        return (models, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Scores by the method, and how long that took.</summary>
    public static (AttributionMatrix Scores, double Seconds) Score(Inquiry inquiry, ExampleSet train, ExampleSet targets)
    {
        long start = Stopwatch.GetTimestamp();
        AttributionMatrix scores = inquiry.CreateMethod<IAttributionMethod>()
            .Score(inquiry.View, train, targets, inquiry.Context);
        return (scores, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
