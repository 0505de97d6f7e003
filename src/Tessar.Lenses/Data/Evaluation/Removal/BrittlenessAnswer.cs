namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>How many predictions flip without the training examples that support them most.</summary>
internal sealed record BrittlenessAnswer : EvaluationAnswer
{
    /// <summary>Targets, each predicted correctly by the run.</summary>
    public required int Queries { get; init; }

    /// <summary>Share of the targets that flip when the program is trained again with nothing removed.</summary>
    public required EstimateAnswer FlippedByRetraining { get; init; }

    /// <summary>Random removals of each size.</summary>
    public required int Draws { get; init; }

    /// <summary>One for each share of the training examples; with `--bisect` none.</summary>
    public required IReadOnlyList<BrittlenessPoint> Points { get; init; }

    /// <summary>Median over targets of the smallest k that flips; absent when half of them never flip.</summary>
    public double? MedianSmallest { get; init; }

    /// <summary>Most examples that were removed.</summary>
    public required int Limit { get; init; }

    /// <summary>Whether the smallest k was searched for by bisection instead of read off the grid.</summary>
    public required bool IsBisected { get; init; }

    /// <summary>Every target.</summary>
    public required IReadOnlyList<BrittleTarget> PerTarget { get; init; }
}

/// <summary>Removal of one share.</summary>
internal sealed record BrittlenessPoint
{
    /// <summary>Share of the training examples.</summary>
    public required double Share { get; init; }

    /// <summary>Examples that is.</summary>
    public required int Removed { get; init; }

    /// <summary>Share of the targets that flip without their own strongest proponents, in [0, 1].</summary>
    public required EstimateAnswer Flipped { get; init; }

    /// <summary>Share that flips without as many random examples.</summary>
    public required EstimateAnswer Random { get; init; }

    /// <summary>The first minus the second.</summary>
    public required EstimateAnswer Difference { get; init; }

    /// <summary>
    /// The first by the second; the value is absent where random removal flips nothing, the upper end where that may be.
    /// </summary>
    public required EstimateAnswer Ratio { get; init; }

    /// <summary>Targets that count.</summary>
    public required int Targets { get; init; }
}

/// <summary>One target.</summary>
/// <param name="Target">Its name, such as `test:7`.</param>
/// <param name="Smallest">
/// Fewest removed proponents with which it flips; 0 when retraining alone flips it; absent when nothing up to the limit does.
/// </param>
/// <param name="IsMonotone">Whether every larger removal that was tried flips it too, and no smaller one.</param>
internal sealed record BrittleTarget(string Target, int? Smallest, bool IsMonotone);
