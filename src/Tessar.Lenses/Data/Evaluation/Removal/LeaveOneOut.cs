using System.Globalization;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>Leave-one-out correlation: how well scores agree with what removing single examples does.</summary>
/// <remarks>Answers with a <see cref="LooAnswer"/>.</remarks>
[Question(
    "data/loo", DefaultMethod = "data/trak",
    Runs = "one run, or several of the same program whose scores are averaged; the first one's program is trained without "
        + "examples",
    Targets = "The predictions to judge by (default the first 100 test examples)")]
internal sealed class LeaveOneOut(LooOptions options) : IQuestion
{
    private const int UsualTargets = 100;

    // Below this share of the variance the effects are seed noise for all practical purposes.
    private const double NoCeiling = 0.1;

    private readonly LooOptions _options = options.Checked();

    /// <inheritdoc/>
    public Type Contract => typeof(IAttributionMethod);

    /// <inheritdoc/>
    public MethodAnswer Ask(Inquiry inquiry)
    {
        ArgumentNullException.ThrowIfNull(inquiry);
        ExampleSet train = inquiry.Train(), judged = inquiry.Targets(UsualTargets);
        int removals = _options.Examples;
        if (removals >= train.Count)
            throw new TessarException(
                $"examples is {removals}, but {train} has {train.Count}; fewer are required.", ErrorKind.Usage);
        var trainings = new RemovalTrainings(inquiry, train, judged, _options.Seeds);
        double secondsEnsemble = inquiry.UseEnsemble(_options.Ensemble);
        (AttributionMatrix scores, double secondsScoring) = JudgingTrainings.Score(inquiry, train, judged);
        int[] atRandom = RemovalChoice.AtRandom(train.Count, (removals + 1) / 2, JudgingTrainings.Seed(inquiry), draw: 0);
        int[] strongest = [.. RemovalChoice.BySum(scores, [.. Enumerable.Range(0, judged.Count)], ofMagnitudes: true)
            .Except(atRandom).Take(removals / 2)];
        RemovalTrials random = trainings.WithoutEachOf(atRandom), chosenOnes =
            trainings.Without([.. strongest.Select(i => new[] { i })]);
        LeaveOneOutScore all = Score(scores, [.. atRandom, .. strongest], random.Then(chosenOnes), train.Count, inquiry.Seed);
        LeaveOneOutScore? randomOnly = Enumerable.Range(0, random.Count).Count(j => random.Margins(j).Length > 0) >= 3
            ? Score(scores, atRandom, random, train.Count, inquiry.Seed) : null;
        LooAnswer answer = EvaluationAnswer.Common(
            new LooAnswer
            {
                All = LooScoreAnswer.Of(all),
                RandomOnly = randomOnly is null ? null : LooScoreAnswer.Of(randomOnly),
                Queries = judged.Count,
                Verdict = Verdict(all),
            },
            inquiry, trainings, judged, scores.Report, _options.Seeds) with
        {
            Ensemble = _options.Ensemble,
            SecondsEnsemble = secondsEnsemble,
            SecondsScoring = secondsScoring,
        };
        return answer.Kept(answer, JsonSerializer.SerializeToElement(answer, RemovalJson.Printing.LooAnswer), scores.Report);
    }

    private static LeaveOneOutScore Score(
        AttributionMatrix scores, int[] removed, RemovalTrials trials, int examples, ulong seed) =>
        LeaveOneOutScore.Of(
            scores, removed, trials.AsSubsets(RemovalTrials.Without(examples, [.. removed.Select(i => new[] { i })])), seed);

    private static string Verdict(LeaveOneOutScore score)
    {
        if (score.NoiseCeiling is not { } ceiling)
            return "One training without each example can't tell its effect from another seed's; use seeds=2 or more.";
        if (ceiling.Value * ceiling.Value < NoCeiling)
        {
            return "Another seed moves the margins more than a single example does: even a perfect method would come near zero here. "
                + "Use more seeds, or judge by groups: data/lds, data/removal.";
        }

        return score.Pearson.Low > 0
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The scores agree with single removals: {100 * score.Pearson.Value / ceiling.Value:0} % of what a perfect "
                    + $"method would reach.")
            : score.Pearson.High < 0
                ? "The scores disagree with single removals: they rank them the wrong way round."
                : "Single removals could be predicted with so many seeds, but these scores don't do it.";
    }
}
