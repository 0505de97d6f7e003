using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Tests.Data.Evaluation.Removal;

/// <summary>What the tests of evaluations share.</summary>
internal static class EvaluationCases
{
    public static readonly AttributionReport Report = new()
    {
        Method = "test", Output = "margin", Parameters = 1, SkippedParameters = [], SecondsFeatures = 0, SecondsScoring = 0,
        ExamplesComputed = 0, GradientCheck = 0,
    };

    /// <summary>Scores [n, m], row by row.</summary>
    public static AttributionMatrix Scores(int targets, params float[] scores) =>
        new(scores, scores.Length / targets, targets, Report);

    /// <summary>A standard normal draw, near enough.</summary>
    public static double Normal(RandomStream random) => Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6;
}
