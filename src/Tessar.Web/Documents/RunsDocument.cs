namespace Tessar.Web.Documents;

/// <summary>`/api/runs`: the table of runs, newest first.</summary>
internal sealed record RunsDocument(string Directory, string Command, IReadOnlyList<RunRow> Runs) : Document;

/// <summary>One run of the table. What a run that can't be read doesn't tell is null.</summary>
internal sealed record RunRow
{
    public required string Name { get; init; }

    /// <summary>
    /// <c>starting</c>, <c>running</c>, <c>completed</c>, <c>interrupted</c>, <c>failed</c> or <c>unreadable</c>.
    /// </summary>
    public required string Status { get; init; }

    public string? Kind { get; init; }

    public DateTimeOffset? Created { get; init; }

    public double? Seconds { get; init; }

    public string? Model { get; init; }

    public long? Parameters { get; init; }

    public string? Data { get; init; }

    public int? Epochs { get; init; }

    public int PlantedErrors { get; init; }

    public double? TestAccuracy { get; init; }

    /// <summary>Size of the folder.</summary>
    public required long Bytes { get; init; }

    public IReadOnlyList<MethodBadge> Methods { get; init; } = [];

    public Problem? Problem { get; init; }
}

/// <summary>A result that a run has: <c>done</c>, or <c>stale</c> when an input has changed since.</summary>
internal sealed record MethodBadge(string Method, string State);
