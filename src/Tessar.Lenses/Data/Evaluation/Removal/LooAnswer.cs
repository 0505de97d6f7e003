
namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>How well scores agree with what removing single training examples does.</summary>
internal sealed record LooAnswer : EvaluationAnswer
{
    /// <summary>Over all removed examples, half of them the strongest by the method.</summary>
    public required LooScoreAnswer All { get; init; }

    /// <summary>Over those drawn at random, the same for every method; absent when fewer than 3 have a trained model.</summary>
    public LooScoreAnswer? RandomOnly { get; init; }

    /// <summary>Number of targets.</summary>
    public required int Queries { get; init; }

    /// <summary>What the numbers say, one sentence.</summary>
    public required string Verdict { get; init; }
}

/// <summary>The agreement over a group of removed examples.</summary>
internal sealed record LooScoreAnswer
{
    /// <summary>Removed examples with a trained model.</summary>
    public required int Removed { get; init; }

    /// <summary>Mean over targets of Pearson's correlation of scores and effects, in [−1, 1].</summary>
    public required EstimateAnswer Pearson { get; init; }

    /// <summary>The same with Spearman's.</summary>
    public required EstimateAnswer Spearman { get; init; }

    /// <summary>Pearson's correlation that a perfect method would reach with so many seeds; absent with one seed.</summary>
    public EstimateAnswer? NoiseCeiling { get; init; }

    /// <summary>Standard deviation over removed examples of the mean margin: effect and noise together.</summary>
    public required double Spread { get; init; }

    /// <summary>Standard deviation of the mean margin that seeds alone make; absent with one seed.</summary>
    public double? SeedNoise { get; init; }

    /// <summary>Targets left out because effects or scores are the same for every removed example.</summary>
    public required int ExcludedColumns { get; init; }

    internal static LooScoreAnswer Of(LeaveOneOutScore score) => new()
    {
        Removed = score.Removed,
        Pearson = EstimateAnswer.Of(score.Pearson),
        Spearman = EstimateAnswer.Of(score.Spearman),
        NoiseCeiling = score.NoiseCeiling is { } ceiling ? EstimateAnswer.Of(ceiling) : null,
        Spread = score.Spread,
        SeedNoise = score.SeedNoise,
        ExcludedColumns = score.ExcludedColumns,
    };
}
