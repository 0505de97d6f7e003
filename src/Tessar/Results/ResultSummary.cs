using System.Text.Json;

namespace Tessar.Results;

/// <summary>A result in the list of a run's results.</summary>
/// <param name="Lens">Name of the lens, such as <c>data</c>.</param>
/// <param name="Question">What was asked: the lens's name, or that of a further question such as <c>data/lds</c>.</param>
/// <param name="Method">The method that was asked, such as <c>data/trak</c>.</param>
/// <param name="Directory">Full path of its folder.</param>
/// <param name="File">Full path of its document.</param>
public sealed record ResultSummary(string Lens, string Question, string Method, string Directory, string File)
{
    /// <summary>When it was made; null when that can't be read.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>
    /// Why it no longer fits the run, as a sentence; null when it does, or doesn't say what it was computed from.
    /// </summary>
    public string? Staleness { get; init; }

    /// <summary>Why it can't be read, a sentence; null when it can.</summary>
    public string? Error { get; init; }

    /// <summary>The lens's own answer; undefined when it can't be read.</summary>
    internal JsonElement Payload { get; init; }

    /// <summary>
    /// The result, opened; null when it can't be read, and for predictions and what earlier versions kept otherwise.
    /// </summary>
    internal ResultFolder? Folder { get; init; }

    /// <summary>What tells it from the other results of its run: the name of its folder.</summary>
    internal string Key => Path.GetFileName(Directory);
}
