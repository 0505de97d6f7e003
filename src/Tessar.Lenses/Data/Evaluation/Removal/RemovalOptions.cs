using System.ComponentModel.DataAnnotations;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>Settings of <see cref="RemovalCurve"/>.</summary>
internal sealed record RemovalOptions : EnsembleOptions
{
    /// <summary>Targets: the first that the run predicts correctly.</summary>
    [Range(1, 100_000)]
    public int Count { get; init; } = 30;

    /// <summary>Shares of the training examples to remove.</summary>
    [Shares, Option(ValueName = "SHARE,SHARE,…")]
    public IReadOnlyList<double> Shares { get; init; } = [0.01, 0.02, 0.05, 0.1];

    /// <summary>
    /// target: each target loses its own strongest proponents; sum: all lose the examples with the highest sum of scores.
    /// </summary>
    [Option(ValueName = "RANKING")]
    public RemovalRanking By { get; init; } = RemovalRanking.Target;

    /// <summary>Trainings of each removal.</summary>
    [Range(1, 1000), Option(ValueName = "R")]
    public int Seeds { get; init; } = 3;

    /// <summary>Random removals of each size.</summary>
    [Range(1, 10_000), Option(ValueName = "D")]
    public int Draws { get; init; } = 10;
}

/// <summary>Which examples are removed first.</summary>
internal enum RemovalRanking
{
    /// <summary>Each target's own strongest proponents.</summary>
    Target,

    /// <summary>Those with the highest sum of scores over all targets.</summary>
    Sum,
}
