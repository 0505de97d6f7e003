using Tessar.Methods;
using Tessar.Web.Documents;
using Tessar.Web.Recorded;

namespace Tessar.Web.Lenses.Data;

/// <summary>The strongest proponents and opponents of one target.</summary>
internal sealed record Attribution
{
    public required string Method { get; init; }

    public required string State { get; init; }

    /// <summary>Why it is stale, or null.</summary>
    public string? Reason { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required string Train { get; init; }

    public required string Targets { get; init; }

    public required string Sign { get; init; }

    /// <summary>The class whose score is raised or lowered: the target's label.</summary>
    public required int OutputClass { get; init; }

    public required string Command { get; init; }

    public required IReadOnlyList<Influence> Proponents { get; init; }

    public required IReadOnlyList<Influence> Opponents { get; init; }
}

/// <summary>A training example with its score.</summary>
internal sealed record Influence(string Split, int Index, int Label, int StoredLabel, double Score, ImageReference Image)
{
    public static Influence Of(ExplainingExample one, RunExamples examples) => new(
        one.Example.Split, one.Example.Index, one.Example.Label, one.Example.StoredLabel, one.Score,
        examples.Image(one.Example.Split, one.Example.Index));
}

/// <summary>Where a training example stands in the lists of a result.</summary>
internal sealed record Reach
{
    public required string Method { get; init; }

    public required string Targets { get; init; }

    public required string TargetSplit { get; init; }

    /// <summary>Length of a list.</summary>
    public required int Top { get; init; }

    public required int RaisedCount { get; init; }

    public required int LoweredCount { get; init; }

    /// <summary>Targets whose proponent it is, strongest first; some of them.</summary>
    public required IReadOnlyList<ReachedTarget> Raised { get; init; }

    /// <summary>Targets whose opponent it is, strongest first; some of them.</summary>
    public required IReadOnlyList<ReachedTarget> Lowered { get; init; }
}

/// <summary>A target with the score of a training example.</summary>
internal sealed record ReachedTarget(int Index, int Label, double Score, ImageReference Image);
