namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>How far the margins of predictions fall without the examples ranked first.</summary>
internal sealed record RemovalAnswer : EvaluationAnswer
{
    /// <summary>Targets, each predicted correctly by the run.</summary>
    public required int Queries { get; init; }

    /// <summary>
    /// What is removed: `target` for each target's own strongest proponents, `sum` for the examples with the highest sum over
    /// targets.
    /// </summary>
    public required string By { get; init; }

    /// <summary>Random removals of each size.</summary>
    public required int Draws { get; init; }

    /// <summary>One for each share.</summary>
    public required IReadOnlyList<RemovalStep> Points { get; init; }
}

/// <summary>Removal of one share.</summary>
internal sealed record RemovalStep
{
    /// <summary>Share of the training examples.</summary>
    public required double Share { get; init; }

    /// <summary>Examples that is.</summary>
    public required int Removed { get; init; }

    /// <summary>Mean change of the targets' margin, in logits.</summary>
    public required EstimateAnswer Change { get; init; }

    /// <summary>The same without as many random examples.</summary>
    public required EstimateAnswer Random { get; init; }

    /// <summary>The first minus the second; negative when the method finds what carries the targets.</summary>
    public required EstimateAnswer Relative { get; init; }

    /// <summary>Targets that count.</summary>
    public required int Targets { get; init; }
}
