using System.Globalization;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Statistics;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>Counts predictions that flip without their strongest proponents, beside random removal.</summary>
/// <remarks>Answers with a <see cref="BrittlenessAnswer"/>.</remarks>
[Question(
    "data/brittleness", DefaultMethod = "data/trak",
    Runs = "one run, or several of the same program whose scores are averaged; the first one's program is trained without "
        + "examples",
    Targets = "Where to look for targets (default the run's test examples)")]
internal sealed class BrittlePredictions(BrittlenessOptions options) : IQuestion
{
    private readonly BrittlenessOptions _options = options.Checked();

    /// <inheritdoc/>
    public Type Contract => typeof(IAttributionMethod);

    /// <inheritdoc/>
    public MethodAnswer Ask(Inquiry inquiry)
    {
        ArgumentNullException.ThrowIfNull(inquiry);
        ExampleSet train = inquiry.Train();
        int[] counts = [.. _options.Shares.Select(share => RemovalChoice.CountOf(share, train.Count))];
        var judged = JudgedTargets.CorrectlyPredicted(inquiry, _options.Count);
        var trainings = new RemovalTrainings(inquiry, train, judged.Range, _options.Seeds);
        double secondsEnsemble = inquiry.UseEnsemble(_options.Ensemble);
        (AttributionMatrix scores, double secondsScoring) = JudgingTrainings.Score(inquiry, train, judged.Range);
        RemovalTrials untouched = trainings.Untouched();
        bool?[] alone = Flips(untouched, judged, _ => 0);
        List<BrittlenessPoint> points = [];
        BrittleTarget[] perTarget;
        if (_options.Bisect)
        {
            FlipSearch[] searches = FlipBisection.Run(
                scores, judged.Chosen, counts[^1], trainings, untouched, inquiry.Context.Cancellation);
            perTarget = [.. searches.Select((search, t) =>
                new BrittleTarget(judged.Name(t), search.Smallest, search.IsMonotone))];
        }
        else
        {
            List<bool?[]> byCount = [alone];
            foreach ((double share, int removed) in _options.Shares.Zip(counts))
            {
                bool?[] flipped = Flips(
                    trainings.Without([.. judged.Chosen.Select(q => RemovalChoice.Proponents(scores, q, removed))]), judged,
                    t => t);
                RemovalTrials random = trainings.WithoutRandom(removed, _options.Draws);
                points.Add(Point(
                    share, removed,
                    Brittleness.Of(
                        flipped, [.. Enumerable.Range(0, random.Count).Select(d => Flips(random, judged, _ => d))],
                        inquiry.Seed)));
                byCount.Add(flipped);
            }

            perTarget = [.. Enumerable.Range(0, judged.Count).Select(t =>
            {
                (int? smallest, bool isMonotone) = Brittleness.SmallestOf(
                    [0, .. counts], [.. byCount.Select(flipped => flipped[t])]);
                return new BrittleTarget(judged.Name(t), smallest, isMonotone);
            })];
        }

        BrittlenessAnswer answer = EvaluationAnswer.Common(
            new BrittlenessAnswer
            {
                Queries = judged.Count,
                FlippedByRetraining = EstimateAnswer.Of(Bootstrap.Mean(
                    [.. alone.Select(flipped => flipped == true ? 1.0 : 0)], inquiry.Seed, "retraining alone")),
                Draws = _options.Bisect ? 0 : _options.Draws,
                Points = points,
                MedianSmallest = Median(perTarget),
                Limit = counts[^1],
                IsBisected = _options.Bisect,
                PerTarget = perTarget,
                Remarks = [.. points.SelectMany(Remarks)],
            },
            inquiry, trainings, judged.Range, scores.Report, _options.Seeds) with
        {
            Ensemble = _options.Ensemble,
            SecondsEnsemble = secondsEnsemble,
            SecondsScoring = secondsScoring,
        };
        return answer.Kept(
            answer, JsonSerializer.SerializeToElement(answer, RemovalJson.Printing.BrittlenessAnswer), scores.Report);
    }

    private static bool?[] Flips(RemovalTrials trials, JudgedTargets judged, Func<int, int> trialOf) =>
        [.. judged.Chosen.Select((q, t) => trials.IsFlipped(trialOf(t), q))];

    private static BrittlenessPoint Point(double share, int removed, Brittleness found) => new()
    {
        Share = share,
        Removed = removed,
        Flipped = EstimateAnswer.Of(found.Flipped),
        Random = EstimateAnswer.Of(found.Random),
        Difference = EstimateAnswer.Of(found.Difference),
        Ratio = EstimateAnswer.Of(found.Ratio),
        Targets = found.Targets,
    };

    // Resampling can't make a flip where there is none: the interval of 0 or 1 is a point, and too sure.
    private static IEnumerable<string> Remarks(BrittlenessPoint point)
    {
        if (point.Flipped.Value is 0 or 1)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"At {100 * point.Share:0.##} % {(point.Flipped.Value == 0 ? "none" : "all")} of {point.Targets} targets flip; "
                    + $"resampling shows no spread there, but up to {300.0 / point.Targets:0.#} % of such targets may do "
                    + $"otherwise.");
        }
    }

    // Targets that never flip count as larger than all.
    private static double? Median(BrittleTarget[] targets)
    {
        int[] sorted = [.. targets.Select(target => target.Smallest ?? int.MaxValue).Order()];
        (int low, int high) = (sorted[(sorted.Length - 1) / 2], sorted[sorted.Length / 2]);
        return high == int.MaxValue ? null : (low + (double)high) / 2;
    }
}
