using System.Diagnostics;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation.Sanity;

/// <summary>Checks of scores that cost no training: untrained weights, classes, variety, copies.</summary>
/// <remarks>Answers with a <see cref="SanityAnswer"/>.</remarks>
[Question(
    "data/sanity", DefaultMethod = "data/trak", Targets = "The predictions to look at (default the first 100 test examples)")]
internal sealed class SanityOfScores(SanityOptions options) : IQuestion
{
    private const int UsualTargets = 100;

    private readonly SanityOptions _options = options.Checked();

    /// <inheritdoc/>
    public Type Contract => typeof(IAttributionMethod);

    /// <inheritdoc/>
    public MethodAnswer Ask(Inquiry inquiry)
    {
        ArgumentNullException.ThrowIfNull(inquiry);
        long start = Stopwatch.GetTimestamp();
        ExampleSet train = inquiry.Train(), judged = inquiry.Targets(UsualTargets);
        inquiry.UseEnsemble(_options.Ensemble);
        var checks = new SanityChecks(inquiry, train, judged);
        (AttributionMatrix? scores, SanityCheck finite) = checks.Finite();
        SanityCheck[] all = scores is null ? [finite] :
        [
            finite,
            checks.RandomisedWeights(scores),
            checks.SameClass(scores),
            SanityChecks.Cardinality(scores, _options.Top),
            checks.Copies(_options.Copies),
        ];
        var answer = new SanityAnswer
        {
            Run = inquiry.Run.Name,
            Method = inquiry.Method.Name,
            Options = inquiry.Options,
            Ensemble = _options.Ensemble,
            Train = train.ToString(),
            Targets = judged.ToString(),
            Passes = all.All(check => check.Passes != false),
            Checks = all,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
        return new MethodAnswer
        {
            Value = answer, Payload = JsonSerializer.SerializeToElement(answer, SanityJson.Printing.SanityAnswer),
            Train = answer.Train, Targets = answer.Targets,
        };
    }
}
