using System.Text.Json;
using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>Removal curve: how far margins fall without the examples ranked first, beside random removal.</summary>
/// <remarks>Answers with a <see cref="RemovalAnswer"/>. The trainings are those of <see cref="BrittlePredictions"/>.</remarks>
[Question(
    "data/removal", DefaultMethod = "data/trak",
    Runs = "one run, or several of the same program whose scores are averaged; the first one's program is trained without "
        + "examples",
    Targets = "Where to look for targets (default the run's test examples)")]
internal sealed class RemovalCurve(RemovalOptions options) : IQuestion
{
    private readonly RemovalOptions _options = options.Checked();

    /// <inheritdoc/>
    public Type Contract => typeof(IAttributionMethod);

    /// <inheritdoc/>
    public MethodAnswer Ask(Inquiry inquiry)
    {
        ArgumentNullException.ThrowIfNull(inquiry);
        bool bySum = _options.By == RemovalRanking.Sum;
        ExampleSet train = inquiry.Train();
        int[] counts = [.. _options.Shares.Select(share => RemovalChoice.CountOf(share, train.Count))];
        var judged = JudgedTargets.CorrectlyPredicted(inquiry, _options.Count);
        var trainings = new RemovalTrainings(inquiry, train, judged.Range, _options.Seeds);
        double secondsEnsemble = inquiry.UseEnsemble(_options.Ensemble);
        (AttributionMatrix scores, double secondsScoring) = JudgingTrainings.Score(inquiry, train, judged.Range);
        double[][] untouched = Of(judged, trainings.Untouched(), 0);
        int[] ranking = bySum ? RemovalChoice.BySum(scores, judged.Chosen) : [];
        List<RemovalStep> points = [];
        foreach ((double share, int removed) in _options.Shares.Zip(counts))
        {
            RemovalTrials without = trainings.Without(bySum
                ? [ranking[..removed]]
                : [.. judged.Chosen.Select(q => RemovalChoice.Proponents(scores, q, removed))]);
            RemovalTrials random = trainings.WithoutRandom(removed, _options.Draws);
            double[][]? own = bySum
                ? null
                : [.. judged.Chosen.Select((q, t) => without.Margins(t).Select(row => row[q]).ToArray())];
            double[][][] other = [.. Enumerable.Range(0, random.Count).Select(draw => Of(judged, random, draw))];
            points.Add(Point(
                share, removed, RemovalEffect.Of(own, bySum ? Of(judged, without, 0) : null, other, untouched, inquiry.Seed)));
        }

        RemovalAnswer answer = EvaluationAnswer.Common(
            new RemovalAnswer
            {
                Queries = judged.Count,
                By = MethodOption.Write(_options.By),
                Draws = _options.Draws,
                Points = points
            },
            inquiry, trainings, judged.Range, scores.Report, _options.Seeds) with
        {
            Ensemble = _options.Ensemble,
            SecondsEnsemble = secondsEnsemble,
            SecondsScoring = secondsScoring,
        };
        return answer.Kept(answer, JsonSerializer.SerializeToElement(answer, RemovalJson.Printing.RemovalAnswer), scores.Report);
    }

    // [seed][chosen target]
    private static double[][] Of(JudgedTargets judged, RemovalTrials trials, int trial) =>
        [.. trials.Margins(trial).Select(row => judged.Chosen.Select(q => row[q]).ToArray())];

    private static RemovalStep Point(double share, int removed, RemovalEffect effect) => new()
    {
        Share = share,
        Removed = removed,
        Change = EstimateAnswer.Of(effect.Change),
        Random = EstimateAnswer.Of(effect.Random),
        Relative = EstimateAnswer.Of(effect.Relative),
        Targets = effect.Targets,
    };
}
