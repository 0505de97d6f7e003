using System.Diagnostics;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs.Retraining;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>Linear datamodeling score: how well summed scores predict what models trained on subsets answer.</summary>
/// <remarks>Answers with an <see cref="LdsAnswer"/>. Source: Park et al., arXiv:2303.14186, section 2.</remarks>
[Question(
    "data/lds", DefaultMethod = "data/trak",
    Runs = "one run, or several of the same program whose scores are averaged; the first one's program is trained on the subsets",
    Targets = "The predictions to judge by (default the first 500 test examples)")]
internal sealed class LinearDatamodeling(LdsOptions options) : IQuestion
{
    private const int UsualTargets = 500;
    private const int TuningResamples = 100;

    private readonly LdsOptions _options = options.Checked();

    /// <inheritdoc/>
    public Type Contract => typeof(IAttributionMethod);

    /// <inheritdoc/>
    public MethodAnswer Ask(Inquiry inquiry)
    {
        ArgumentNullException.ThrowIfNull(inquiry);
        OptionSweep? tried = _options.Sweep is { } text ? OptionSweep.Read(inquiry, text) : null;
        ExampleSet train = inquiry.Train(), judged = inquiry.Targets(UsualTargets);
        ExampleMasks Masks(int count) =>
            ExampleMasks.ExactSize(count, train.Count, _options.Fraction, JudgingTrainings.Seed(inquiry));
        ExampleMasks masks = Masks(_options.Subsets);
        double secondsEnsemble = inquiry.UseEnsemble(_options.Ensemble);
        (SubsetOutputs truth, double secondsRetraining) = _options.SameTrajectory
            ? TrajectoryOutputs.Of(inquiry, train, judged, masks)
            : Trained(inquiry, train, judged, Masks);
        (int[] tuning, int[] reported) = OptionSweep.Split(judged.Count, tried is null ? 0 : _options.TuningShare, inquiry.Seed);
        long start = Stopwatch.GetTimestamp();
        List<SweepPoint> points = [];
        AttributionMatrix? best = null;
        string? bestValue = null;
        double bestScore = double.NegativeInfinity;
        foreach ((string? value, AttributionMatrix scores) in Scores(inquiry, tried, train, judged))
        {
            if (value is not null)
            {
                double tuned = LinearDatamodelingScore.Of(scores, truth, tuning, TuningResamples, inquiry.Seed).Score;
                points.Add(new SweepPoint(
                    value, tuned, LinearDatamodelingScore.Of(scores, truth, reported, TuningResamples, inquiry.Seed).Score));
                if (tuned <= bestScore)
                    continue;
                bestScore = tuned;
            }

            (best, bestValue) = (scores, value);
        }

        double secondsScoring = Stopwatch.GetElapsedTime(start).TotalSeconds;
        LinearDatamodelingScore lds = LinearDatamodelingScore.Of(best!, truth, reported, seed: inquiry.Seed);
        LdsAnswer answer = LdsAnswer.Of(lds, inquiry, best!.Report, train, judged, masks, truth) with
        {
            Options = tried is null ? inquiry.Options : tried.With(inquiry.Options, bestValue!),
            Ensemble = _options.Ensemble,
            SameTrajectory = _options.SameTrajectory,
            Sweep = tried is null ? null : new Sweep(tried.Option, bestValue!, tuning.Length, points),
            SecondsRetraining = secondsRetraining,
            SecondsEnsemble = secondsEnsemble,
            SecondsScoring = secondsScoring,
        };
        return new MethodAnswer
        {
            Value = answer,
            Payload = JsonSerializer.SerializeToElement(answer, EvaluationJson.Printing.LdsAnswer),
            Train = answer.Train,
            Targets = answer.Targets,
            Checks = best.Report.Checks,
            Remarks = answer.Remarks,
        };
    }

    private (SubsetOutputs Truth, double Seconds) Trained(
        Inquiry inquiry, ExampleSet train, ExampleSet judged, Func<int, ExampleMasks> masksOf)
    {
        ExampleMasks masks = masksOf(_options.Subsets);
        (RetrainedModels models, double seconds) = JudgingTrainings.Train(
            inquiry, train, judged, (masks, masksOf), _options.Seeds, RetrainingOutput.Margin);
        return (SubsetOutputs.Of(models, masks), seconds);
    }

    private static IEnumerable<(string? Value, AttributionMatrix Scores)> Scores(
        Inquiry inquiry, OptionSweep? tried, ExampleSet train, ExampleSet judged) =>
        tried is null ? [(null, JudgingTrainings.Score(inquiry, train, judged).Scores)] : tried.Scores(inquiry, train, judged);
}
