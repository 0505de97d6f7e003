using System.Globalization;
using Tessar.Cli.Json;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;

namespace Tessar.Cli.Explanations;

/// <summary>All that there is to show about some explained predictions.</summary>
internal sealed record Explanation
{
    /// <summary>The scores.</summary>
    public required AttributionMatrix Matrix { get; init; }

    /// <summary>What is kept about them with the run.</summary>
    public required AttributionDocument Document { get; init; }

    /// <summary>What `--json` prints.</summary>
    public required AttributeJson Result { get; init; }

    /// <summary>The training examples of the rows.</summary>
    public required ExampleSet Train { get; init; }

    /// <summary>The explained examples, of the columns.</summary>
    public required ExampleSet Targets { get; init; }

    /// <summary>What the run's own model answers to the targets.</summary>
    public required Predictions Answers { get; init; }

    /// <summary>How well the method is known to do on this run.</summary>
    public required Validation Validation { get; init; }

    public IReadOnlyList<string> Classes => Train.Store.ClassNames;

    /// <summary>The model's answer to a target and its probability.</summary>
    public (string Class, double Probability, bool IsLabel) Answer(int target)
    {
        int predicted = Answers.Predicted(target);
        return (Classes[predicted], Answers.Probabilities(target)[predicted], predicted == Targets.Label(target));
    }

    /// <summary>
    /// The strongest examples that raised a target's output; those with a negative score don't count, though the list would have
    /// room.
    /// </summary>
    public IReadOnlyList<InfluenceJson> Raised(int target, int most) =>
        [.. Result.Targets[target].Proponents.Where(one => one.Score > 0).Take(most)];

    /// <summary>The strongest examples that lowered it.</summary>
    public IReadOnlyList<InfluenceJson> Lowered(int target, int most) =>
        [.. Result.Targets[target].Opponents.Where(one => one.Score < 0).Take(most)];

    /// <summary>The true class of a target, when its label was changed on purpose.</summary>
    public string? TrueLabel(int target) =>
        Targets.Label(target) == Targets.StoredLabel(target) ? null : Classes[Targets.StoredLabel(target)];

    /// <summary>The runs whose models were looked at, the first one first.</summary>
    public string Runs =>
        string.Join(", ", Document.Checkpoints.Select(checkpoint => checkpoint.Run).Distinct(StringComparer.Ordinal));

    /// <summary>The sign convention, as one clause.</summary>
    public string Sign => Document.Sign;

    /// <summary>What is explained, within a sentence: "margin", "negative loss".</summary>
    public string Output => Document.Report.Output.Replace('-', ' ');

    /// <summary>What a score of 1 means, as a sentence.</summary>
    public string Units => UnitsOf(Document.Report.Units);

    /// <summary>A method's units, as a sentence.</summary>
    public static string UnitsOf(string units) =>
        units.StartsWith("no unit: ", StringComparison.Ordinal) ? $"Scores have {units}." : $"A score of 1 means: {units}.";

    /// <summary>
    /// How scores of a target are written: four significant digits of the largest, the same number of decimals for all.
    /// </summary>
    public Func<double, string> ScoreFormat(int target)
    {
        ReadOnlySpan<float> scores = Matrix.Scores.Span;
        double largest = 0;
        for (int i = target; i < scores.Length; i += Matrix.TargetCount)
            largest = Math.Max(largest, Math.Abs(scores[i]));
        return FormatFor(largest);
    }

    /// <summary>The format for numbers up to <paramref name="largest"/>, signed, with a proper minus.</summary>
    public static Func<double, string> FormatFor(double largest)
    {
        if (largest == 0)
            return _ => "0";
        int magnitude = (int)Math.Floor(Math.Log10(largest));
        string digits = magnitude is < -4 or > 6
            ? "0.00e+00"
            : Math.Max(0, 3 - magnitude) is > 0 and var decimals ? "0." + new string('0', decimals) : "0";
        return value => value.ToString($"+{digits};−{digits};0", CultureInfo.InvariantCulture);
    }
}
