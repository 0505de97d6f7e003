using System.Globalization;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Lenses.Data.Comparison;

/// <summary>How two training recipes differ in what they use of the data.</summary>
internal sealed record CompareAnswer : RecordedAnswer
{
    /// <summary>Name of the first run.</summary>
    public required string A { get; init; }

    /// <summary>Name of the second run.</summary>
    public required string B { get; init; }

    /// <summary>Name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>The effective options of the method.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>The training examples, as A has them.</summary>
    public required string Train { get; init; }

    /// <summary>The predictions that were compared.</summary>
    public required string Targets { get; init; }

    /// <summary>Models of A.</summary>
    public required int ModelsA { get; init; }

    /// <summary>Models of B.</summary>
    public required int ModelsB { get; init; }

    /// <summary>`difference`, `no-difference`, `identical`, or `untested` (too few models).</summary>
    public required string Verdict { get; init; }

    /// <summary>The verdict in a sentence or two.</summary>
    public required string Summary { get; init; }

    /// <summary>Share of exchanges of models between the recipes that differ at least as much; absent when untested.</summary>
    public double? PValue { get; init; }

    /// <summary>Largest p with which recipes count as different.</summary>
    public required double Level { get; init; }

    /// <summary>Exchanges tried.</summary>
    public required int Assignments { get; init; }

    /// <summary>Mean over queries of sin² between the scores of A and of B; absent when untested.</summary>
    public double? Statistic { get; init; }

    /// <summary>Root mean square of the part of A's scores that B's don't explain, in [0, 1].</summary>
    public required double UnexplainedShareOfA { get; init; }

    /// <summary>The same with the roles exchanged.</summary>
    public required double UnexplainedShareOfB { get; init; }

    /// <summary>Queries left out because all their scores are 0 in one recipe.</summary>
    public required int QueriesDropped { get; init; }

    /// <summary>What A uses and B doesn't, the largest share first; empty without a difference.</summary>
    public required IReadOnlyList<DirectionAnswer> DirectionsOfA { get; init; }

    /// <summary>What B uses and A doesn't.</summary>
    public required IReadOnlyList<DirectionAnswer> DirectionsOfB { get; init; }

    /// <summary>The counterfactual check, when one was asked for.</summary>
    public PatchCheckAnswer? Check { get; init; }

    /// <summary>Seconds spent on training models; nearly 0 when they were there.</summary>
    public double SecondsTraining { get; init; }

    /// <summary>Seconds in all.</summary>
    public double Seconds { get; init; }

    /// <summary>Full path of the folder that keeps this and the directions.</summary>
    public string Result { get; init; } = string.Empty;

    internal static CompareAnswer Of(
        RecipeDifference difference, (Inquiry Asked, int Models) a, (Inquiry Asked, int Models) b, ExampleSet train,
        ExampleSet targets, int top, double level) => new()
        {
            A = a.Asked.Run.Name,
            B = b.Asked.Run.Name,
            Method = a.Asked.Method.Name,
            Options = a.Asked.Options,
            Train = train.ToString(),
            Targets = targets.ToString(),
            ModelsA = a.Models,
            ModelsB = b.Models,
            Verdict = Word(difference.Verdict),
            Summary = Sentence(difference, a.Asked.Run.Name, b.Asked.Run.Name, a.Models, b.Models, level),
            PValue = difference.PValue,
            Level = level,
            Assignments = difference.Assignments,
            Statistic = difference.Statistic,
            UnexplainedShareOfA = difference.UnexplainedShare,
            UnexplainedShareOfB = difference.UnexplainedShareOfB,
            QueriesDropped = difference.QueriesDropped,
            DirectionsOfA = [.. difference.OfA.Select((d, k) => DirectionAnswer.Of(d, k, train, targets, top))],
            DirectionsOfB = [.. difference.OfB.Select((d, k) => DirectionAnswer.Of(d, k, train, targets, top))],
        };

    private static string Word(RecipeVerdict verdict) => verdict switch
    {
        RecipeVerdict.Difference => "difference",
        RecipeVerdict.NoDifference => "no-difference",
        RecipeVerdict.Identical => "identical",
        _ => "untested",
    };

    private static string Sentence(RecipeDifference difference, string a, string b, int modelsA, int modelsB, double level) =>
        difference.Verdict switch
        {
            RecipeVerdict.Identical => $"No difference: the scores of {a} and {b} are the same to rounding.",
            RecipeVerdict.NoDifference => string.Create(
                CultureInfo.InvariantCulture,
                $"No difference: {modelsA} models of {a} and {modelsB} of {b} differ no more than models of one recipe do (p = "
                    + $"{difference.PValue:0.###}, level {level}). ")
                + $"{100 * difference.UnexplainedShare:0} % of the scores' norm is unexplained by the other recipe; two seeds of one "
                + $"recipe leave as much.",
            RecipeVerdict.Difference => string.Create(
                CultureInfo.InvariantCulture,
                $"The recipes differ (p = {difference.PValue:0.####}, level {level}, {modelsA} and {modelsB} models, "
                    + $"{difference.Assignments} exchanges tried)."),
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"Not tested: {modelsA} and {modelsB} models are too few to tell a difference of recipes from one of seeds at the "
                    + $"level {level}. ")
                + "The directions below may be noise. Train 5 models of each recipe, or name several runs of each.",
        };
}

/// <summary>A direction over the train examples that one recipe uses and the other doesn't.</summary>
internal sealed record DirectionAnswer
{
    /// <summary>Its place, and its row in the array file.</summary>
    public required int Index { get; init; }

    /// <summary>Its part of the variance of what the other recipe doesn't explain.</summary>
    public required double Share { get; init; }

    /// <summary>Variance along it in this recipe.</summary>
    public required double Variance { get; init; }

    /// <summary>Variance along it in the other.</summary>
    public required double VarianceInOther { get; init; }

    /// <summary>95 % interval of the variance over models; absent for a single model.</summary>
    public IReadOnlyList<double>? VarianceInterval { get; init; }

    /// <summary>95 % interval of the variance in the other.</summary>
    public IReadOnlyList<double>? VarianceInOtherInterval { get; init; }

    /// <summary>Train examples at the positive end, strongest first.</summary>
    public required IReadOnlyList<DirectionExample> TrainPositive { get; init; }

    /// <summary>Train examples at the negative end.</summary>
    public required IReadOnlyList<DirectionExample> TrainNegative { get; init; }

    /// <summary>Queries at the positive end.</summary>
    public required IReadOnlyList<DirectionExample> QueriesPositive { get; init; }

    /// <summary>Queries at the negative end.</summary>
    public required IReadOnlyList<DirectionExample> QueriesNegative { get; init; }

    internal static DirectionAnswer Of(RecipeDirection direction, int index, ExampleSet train, ExampleSet targets, int top)
    {
        int[] examples = [.. Enumerable.Range(0, direction.Loadings.Count).OrderByDescending(i => direction.Loadings[i])];
        int[] queries = [.. Enumerable.Range(0, direction.Projections.Count).OrderByDescending(q => direction.Projections[q])];
        return new DirectionAnswer
        {
            Index = index,
            Share = direction.Share,
            Variance = direction.Variance,
            VarianceInOther = direction.VarianceInOther,
            VarianceInterval = direction.VarianceInterval is var (low, high) ? [low, high] : null,
            VarianceInOtherInterval = direction.VarianceInOtherInterval is var (otherLow, otherHigh)
                ? [otherLow, otherHigh]
                : null,
            TrainPositive = [.. examples.Take(top).Select(i => DirectionExample.Of(train, i, direction.Loadings[i]))],
            TrainNegative = [.. examples.Reverse().Take(top).Select(i => DirectionExample.Of(train, i, direction.Loadings[i]))],
            QueriesPositive = [.. queries.Take(top)
                .Select(q => DirectionExample.Of(targets, direction.Queries[q], direction.Projections[q]))],
            QueriesNegative = [.. queries.Reverse().Take(top)
                .Select(q => DirectionExample.Of(targets, direction.Queries[q], direction.Projections[q]))],
        };
    }
}

/// <summary>An example at one end of a direction.</summary>
/// <param name="Example">The example, such as `train:123`.</param>
/// <param name="Label">Name of its class.</param>
/// <param name="Value">Its loading or projection.</param>
internal sealed record DirectionExample(string Example, string Label, double Value)
{
    internal static DirectionExample Of(ExampleSet set, int index, double value) =>
        new($"{set.Split}:{set.First + index}", set.Store.ClassNames[set.Label(index)], value);
}

/// <summary>The counterfactual check of a comparison.</summary>
internal sealed record PatchCheckAnswer
{
    /// <summary>The rectangle, as it would be typed.</summary>
    public required string Patch { get; init; }

    /// <summary>Whose margin was looked at; absent for each target's own class.</summary>
    public string? OfClass { get; init; }

    /// <summary>Effect on the margin in A's models, mean.</summary>
    public required double EffectInA { get; init; }

    /// <summary>95 % interval over A's models; absent for one model.</summary>
    public IReadOnlyList<double>? IntervalInA { get; init; }

    /// <summary>Effect on the margin in B's models, mean.</summary>
    public required double EffectInB { get; init; }

    /// <summary>95 % interval over B's models.</summary>
    public IReadOnlyList<double>? IntervalInB { get; init; }

    /// <summary>Control: the same patch at random places, in A.</summary>
    public required double RandomEffectInA { get; init; }

    /// <summary>Control: the same patch at random places, in B.</summary>
    public required double RandomEffectInB { get; init; }

    /// <summary>The limit δ beyond which A's interval has to lie.</summary>
    public required double Delta { get; init; }

    /// <summary>The limit ε that B's effect may not pass.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Whether the patch tells A from B by these limits; absent when a recipe has one model.</summary>
    public bool? Distinguishes { get; init; }

    /// <summary>The check in a sentence.</summary>
    public required string Summary { get; init; }

    internal static PatchCheckAnswer Of(
        string patch, string? ofClass, double delta, double epsilon, PatchEffects effects)
    {
        ((double Mean, (double Low, double High)? Interval) a, (double Mean, (double Low, double High)? Interval) b) =
            (effects.InA, effects.InB);
        bool? distinguishes = a.Interval is var (low, high)
            ? (low > delta || high < -delta) && Math.Abs(b.Mean) <= epsilon
            : null;
        string verdict = distinguishes switch
        {
            true => "It tells A from B.",
            false => "By these limits it doesn't tell A from B.",
            null => "One model of A gives no interval, so there is no verdict.",
        };
        return new PatchCheckAnswer
        {
            Patch = patch,
            OfClass = ofClass,
            EffectInA = a.Mean,
            IntervalInA = a.Interval is var (aLow, aHigh) ? [aLow, aHigh] : null,
            EffectInB = b.Mean,
            IntervalInB = b.Interval is var (bLow, bHigh) ? [bLow, bHigh] : null,
            RandomEffectInA = effects.AtRandomInA,
            RandomEffectInB = effects.AtRandomInB,
            Delta = delta,
            Epsilon = epsilon,
            Distinguishes = distinguishes,
            Summary = string.Create(
                CultureInfo.InvariantCulture,
                $"The patch {patch} changes the margin of {ofClass ?? "the own class"} by {a.Mean:0.00}{Text(a.Interval)} in A "
                    + $"and by {b.Mean:0.00}{Text(b.Interval)} in B; ")
                + string.Create(
                    CultureInfo.InvariantCulture, $"at random places by {effects.AtRandomInA:0.00} and {effects.AtRandomInB:0.00}. {verdict}"),
        };
    }

    private static string Text((double Low, double High)? interval) =>
        interval is var (low, high) ? string.Create(CultureInfo.InvariantCulture, $" [{low:0.00}, {high:0.00}]") : string.Empty;
}
