using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;

namespace Tessar.Cli.Json;

/// <summary>`tessar evaluate mislabels`.</summary>
internal sealed record MislabelsJson : JsonResult
{
    /// <summary>Name of the run.</summary>
    public required string Run { get; init; }

    /// <summary>Name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>The training examples, such as `train:0-9999`.</summary>
    public required string Train { get; init; }

    /// <summary>Number of training examples.</summary>
    public required int Examples { get; init; }

    /// <summary>Labels known to be wrong because they were changed on purpose.</summary>
    public required int PlantedErrors { get; init; }

    /// <summary>Probability that a planted error is more suspicious than a label of the data set; absent without planted errors.</summary>
    public double? Auroc { get; init; }

    /// <summary>Fraction of the planted errors among the most suspicious 5 % of the examples.</summary>
    public double? FoundInFirst5Percent { get; init; }

    /// <summary>Fraction of the planted errors among the most suspicious 10 % of the examples.</summary>
    public double? FoundInFirst10Percent { get; init; }

    /// <summary>Seconds it took.</summary>
    public double? Seconds { get; init; }

    /// <summary>The most suspicious first.</summary>
    public required IReadOnlyList<SuspectJson> MostSuspicious { get; init; }

    public static MislabelsJson Of(string run, string method, ExampleSet train, float[] suspicion, int top)
    {
        bool[] isWrong = [.. Enumerable.Range(0, train.Count).Select(i => train.Label(i) != train.StoredLabel(i))];
        int planted = isWrong.Count(wrong => wrong);
        MislabelDetection? detection = planted > 0 && planted < train.Count ? new MislabelDetection(suspicion, isWrong) : null;
        IEnumerable<int> ranking = detection?.Ranking ?? [.. Enumerable.Range(0, train.Count).OrderByDescending(i => suspicion[i]).ThenBy(i => i)];
        return new MislabelsJson
        {
            Run = run,
            Method = method,
            Train = train.ToString(),
            Examples = train.Count,
            PlantedErrors = planted,
            Auroc = detection?.Auroc,
            FoundInFirst5Percent = detection?.RecallAt(0.05),
            FoundInFirst10Percent = detection?.RecallAt(0.10),
            MostSuspicious = [.. ranking.Take(top).Select(i => SuspectJson.Of(train, i, suspicion[i]))],
        };
    }
}

/// <summary>A training example whose label is suspicious.</summary>
internal sealed record SuspectJson
{
    /// <summary>The example, such as `train:123`.</summary>
    public required string Example { get; init; }

    /// <summary>Its place within the training examples looked at.</summary>
    public required int Index { get; init; }

    /// <summary>The larger, the more suspicious; comparable within one result only.</summary>
    public required float Suspicion { get; init; }

    /// <summary>Name of the class it was trained as.</summary>
    public required string Label { get; init; }

    /// <summary>Name of its true class, when the label was changed on purpose.</summary>
    public string? TrueLabel { get; init; }

    public static SuspectJson Of(ExampleSet train, int index, float suspicion)
    {
        IReadOnlyList<string> classes = train.Store.ClassNames;
        int label = train.Label(index), stored = train.StoredLabel(index);
        return new SuspectJson
        {
            Example = $"{train.Split}:{train.First + index}",
            Index = index,
            Suspicion = suspicion,
            Label = classes[label],
            TrueLabel = label == stored ? null : classes[stored],
        };
    }
}
