using Tessar.Lenses.Data.Evaluation.Removal;

namespace Tessar.Cli.Json;

/// <summary>`tessar evaluate loo`.</summary>
internal sealed record LooJson : EvaluationJson
{
    /// <summary>Over all removed examples, half of them the strongest by the method.</summary>
    public required LooScoreJson All { get; init; }

    /// <summary>Over those drawn at random, the same for every method; absent when fewer than 3 have a trained model.</summary>
    public LooScoreJson? RandomOnly { get; init; }

    /// <summary>Number of targets.</summary>
    public required int Queries { get; init; }

    /// <summary>What the numbers say, one sentence.</summary>
    public required string Verdict { get; init; }
}

/// <summary>The agreement over a group of removed examples.</summary>
internal sealed record LooScoreJson
{
    /// <summary>Removed examples with a trained model.</summary>
    public required int Removed { get; init; }

    /// <summary>Mean over targets of Pearson's correlation of scores and effects, in [−1, 1].</summary>
    public required EstimateJson Pearson { get; init; }

    /// <summary>The same with Spearman's.</summary>
    public required EstimateJson Spearman { get; init; }

    /// <summary>Pearson's correlation that a perfect method would reach with so many seeds; absent with one seed.</summary>
    public EstimateJson? NoiseCeiling { get; init; }

    /// <summary>Standard deviation over removed examples of the mean margin: effect and noise together.</summary>
    public required double Spread { get; init; }

    /// <summary>Standard deviation of the mean margin that seeds alone make; absent with one seed.</summary>
    public double? SeedNoise { get; init; }

    /// <summary>Targets left out because effects or scores are the same for every removed example.</summary>
    public required int ExcludedColumns { get; init; }

    public static LooScoreJson Of(LeaveOneOutScore score) => new()
    {
        Removed = score.Removed,
        Pearson = EstimateJson.Of(score.Pearson),
        Spearman = EstimateJson.Of(score.Spearman),
        NoiseCeiling = score.NoiseCeiling is { } ceiling ? EstimateJson.Of(ceiling) : null,
        Spread = score.Spread,
        SeedNoise = score.SeedNoise,
        ExcludedColumns = score.ExcludedColumns,
    };
}
