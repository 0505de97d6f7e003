using System.Text.Json;

namespace Tessar.Web.Documents;

/// <summary>`/api/runs/{run}/results`: what has been asked of a run, by any lens, the newest first.</summary>
internal sealed record ResultsDocument(string Run, IReadOnlyList<ResultRow> Results) : Document;

/// <summary>A result as its envelope tells it. What one that can't be read doesn't tell is null.</summary>
internal sealed record ResultRow
{
    /// <summary>What tells it from the run's other results; a part of its address.</summary>
    public required string Key { get; init; }

    public required string Lens { get; init; }

    /// <summary>The lens's name for its own question, <c>lens/question</c> for any other.</summary>
    public required string Question { get; init; }

    public required string Method { get; init; }

    /// <summary><c>done</c>, <c>stale</c> or <c>unreadable</c>.</summary>
    public required string State { get; init; }

    /// <summary>Why it is stale or can't be read; null when neither.</summary>
    public string? Reason { get; init; }

    public DateTimeOffset? Created { get; init; }

    public double? Seconds { get; init; }

    public string? Targets { get; init; }

    public string? Train { get; init; }

    /// <summary>The effective options of the method, then the effective settings of the question.</summary>
    public IReadOnlyList<Fact> Options { get; init; } = [];

    public IReadOnlyList<ResultCheck> Checks { get; init; } = [];

    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>What a method found when it checked itself.</summary>
internal sealed record ResultCheck(string Name, double Value, double? Limit, string Meaning, bool Holds);

/// <summary>`/api/runs/{run}/results/{key}`: one result, with its answer and what its arrays hold.</summary>
internal sealed record ResultDetailDocument : Document
{
    public required string Run { get; init; }

    public required ResultRow Result { get; init; }

    /// <summary>
    /// The seed of everything random; null when none was chosen. A text: numbers of JavaScript don't hold all of them.
    /// </summary>
    public string? Seed { get; init; }

    /// <summary>The lens's own answer, as the lens writes it.</summary>
    public required JsonElement Answer { get; init; }

    public IReadOnlyList<ResultArray> Arrays { get; init; } = [];

    /// <summary>Size of the array file in bytes; null without arrays.</summary>
    public long? ArrayBytes { get; init; }

    /// <summary>Why the arrays can't be read; null when they can, and when there are none.</summary>
    public Problem? ArraysProblem { get; init; }

    /// <summary>Where the whole document can be had from.</summary>
    public required string DocumentAddress { get; init; }

    /// <summary>Where the array file can be had from; null without one.</summary>
    public string? ArraysAddress { get; init; }
}

/// <summary>What an array of a result holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its numbers, such as <c>F32</c>.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Least">The smallest finite number; null when there is none, or there are too many to look through.</param>
/// <param name="Mean">The mean of the finite numbers; null as above.</param>
/// <param name="Greatest">The largest finite number; null as above.</param>
/// <param name="NonFinite">Numbers that aren't finite; null when not counted.</param>
internal sealed record ResultArray(
    string Name, string Type, IReadOnlyList<long> Shape, double? Least, double? Mean, double? Greatest, long? NonFinite);
