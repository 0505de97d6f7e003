namespace Tessar.Web.Documents;

/// <summary>
/// `/api/runs/{run}`: what was run, how it went, what has been asked of it. What a run that is only starting doesn't tell yet is
/// null.
/// </summary>
internal sealed record RunDocument : Document
{
    public required string Run { get; init; }

    /// <summary><c>starting</c>, <c>running</c>, <c>completed</c>, <c>interrupted</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    public string? Kind { get; init; }

    public DateTimeOffset? Created { get; init; }

    public DateTimeOffset? Finished { get; init; }

    public string? Model { get; init; }

    public long? Parameters { get; init; }

    public string? Data { get; init; }

    public int? Epochs { get; init; }

    public int PlantedErrors { get; init; }

    public double? PlantedFraction { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    public required FinalFigures Final { get; init; }

    public required IReadOnlyList<FactGroup> Facts { get; init; }

    public required IReadOnlyList<LensCard> Lenses { get; init; }

    /// <summary>Why images and labels can't be shown, or null.</summary>
    public Problem? DataProblem { get; init; }
}

/// <summary>How good the last weights are; null what wasn't measured.</summary>
internal sealed record FinalFigures(
    double? TrainLoss, double? TrainAccuracy, double? TestLoss, double? TestAccuracy, double? Seconds);

/// <summary>Some facts under a heading.</summary>
internal sealed record FactGroup(string Group, IReadOnlyList<Fact> Facts);

/// <summary>A fact, ready to be read.</summary>
internal sealed record Fact(string Name, string Value);

/// <summary>A lens with its methods.</summary>
internal sealed record LensCard
{
    public required string Lens { get; init; }

    public required string Title { get; init; }

    /// <summary>What it answers; empty when nobody has said so.</summary>
    public required string Question { get; init; }

    /// <summary>The command that asks it, such as <c>tessar attribute</c>; null when none does.</summary>
    public string? Command { get; init; }

    /// <summary>The method that is asked when none is named; null when the lens can't be asked.</summary>
    public string? DefaultMethod { get; init; }

    /// <summary>
    /// What a job of it answers for, such as <c>test:0-99</c>; null for a lens that is asked about the run as a whole.
    /// </summary>
    public string? Targets { get; init; }

    public required IReadOnlyList<MethodCard> Methods { get; init; }
}

/// <summary>A method: its newest result (<c>done</c> or <c>stale</c>), or how to get one (<c>missing</c>).</summary>
internal sealed record MethodCard
{
    public required string Method { get; init; }

    public required string State { get; init; }

    public required string Summary { get; init; }

    /// <summary>Why its newest result is stale, or null.</summary>
    public string? Reason { get; init; }

    public DateTimeOffset? Created { get; init; }

    /// <summary>The command that computes it, or computes it anew.</summary>
    public required string Command { get; init; }

    /// <summary>Whether a job can compute it: this program knows it, and its lens can be asked.</summary>
    public bool CanCompute { get; init; }
}
