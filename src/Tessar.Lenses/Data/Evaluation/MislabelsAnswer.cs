using Tessar.Examples;
using Tessar.Results;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>The training examples whose labels are most suspicious, and how many of the known errors are among them.</summary>
public sealed record MislabelsAnswer : RecordedAnswer
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

    /// <summary>
    /// Probability that a planted error is more suspicious than a label of the data set; absent without planted errors.
    /// </summary>
    public double? Auroc { get; init; }

    /// <summary>95 % interval of `auroc`: examples drawn again, 2,000 times; absent without planted errors.</summary>
    public IReadOnlyList<double>? AurocInterval { get; init; }

    /// <summary>Fraction of the planted errors among the most suspicious 5 % of the examples.</summary>
    public double? FoundInFirst5Percent { get; init; }

    /// <summary>Fraction of the planted errors among the most suspicious 10 % of the examples.</summary>
    public double? FoundInFirst10Percent { get; init; }

    /// <summary>Fraction of the planted errors among the most suspicious 20 % of the examples.</summary>
    public double? FoundInFirst20Percent { get; init; }

    /// <summary>Models on random halves that the method looked at; 0 for the runs' own.</summary>
    public int Ensemble { get; init; }

    /// <summary>The effective options of the method.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Seconds it took.</summary>
    public double? Seconds { get; init; }

    /// <summary>Full path of the file that keeps this.</summary>
    public string? Result { get; init; }

    /// <summary>Full path of the file with all examples: `ranking`, most suspicious first, and `suspicion` of each.</summary>
    public string? Ranking { get; init; }

    /// <summary>The most suspicious first.</summary>
    public required IReadOnlyList<Suspect> MostSuspicious { get; init; }

    /// <summary>Indices of all examples, most suspicious first.</summary>
    internal static int[] RankingOf(float[] suspicion) =>
        [.. Enumerable.Range(0, suspicion.Length).OrderByDescending(i => suspicion[i]).ThenBy(i => i)];

    internal static MislabelsAnswer Of(string run, string method, ExampleSet train, float[] suspicion, int top, ulong seed = 0)
    {
        bool[] isWrong = [.. Enumerable.Range(0, train.Count).Select(i => train.Label(i) != train.StoredLabel(i))];
        int planted = isWrong.Count(wrong => wrong);
        MislabelDetection? detection = planted > 0 && planted < train.Count ? new MislabelDetection(suspicion, isWrong) : null;
        IEnumerable<int> ranking = RankingOf(suspicion);
        (double Low, double High)? interval = detection?.AurocInterval(seed);
        return new MislabelsAnswer
        {
            Run = run,
            Method = method,
            Train = train.ToString(),
            Examples = train.Count,
            PlantedErrors = planted,
            Auroc = detection?.Auroc,
            AurocInterval = interval is { } found && !double.IsNaN(found.Low) ? [found.Low, found.High] : null,
            FoundInFirst5Percent = detection?.RecallAt(0.05),
            FoundInFirst10Percent = detection?.RecallAt(0.10),
            FoundInFirst20Percent = detection?.RecallAt(0.20),
            MostSuspicious = [.. ranking.Take(top).Select(i => Suspect.Of(train, i, suspicion[i]))],
        };
    }
}

/// <summary>A training example whose label is suspicious.</summary>
public sealed record Suspect
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

    internal static Suspect Of(ExampleSet train, int index, float suspicion)
    {
        IReadOnlyList<string> classes = train.Store.ClassNames;
        int label = train.Label(index), stored = train.StoredLabel(index);
        return new Suspect
        {
            Example = $"{train.Split}:{train.First + index}",
            Index = index,
            Suspicion = suspicion,
            Label = classes[label],
            TrueLabel = label == stored ? null : classes[stored],
        };
    }
}
