using Tessar.Results;
using Tessar.Runs;

namespace Tessar.Cli.Json;

/// <summary>A result kept with a run.</summary>
internal sealed record ListedResult
{
    /// <summary>The method that was asked, such as `data/trak`; `predictions` for logits.</summary>
    public required string Method { get; init; }

    /// <summary>What was asked: the lens, such as `data`, or one of its further questions, such as `data/lds`.</summary>
    public required string Question { get; init; }

    /// <summary>Full path of its folder.</summary>
    public required string Directory { get; init; }

    /// <summary>Full path of its document.</summary>
    public required string File { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Why it no longer fits the run; absent when it does, or doesn't say what it was computed from.</summary>
    public string? Stale { get; init; }

    /// <summary>Why it can't be read; absent when it can.</summary>
    public string? Error { get; init; }

    /// <summary>The results of a run, the newest first.</summary>
    public static IReadOnlyList<ListedResult> Of(Run run) =>
    [
        .. ResultCatalog.Of(run).Select(result => new ListedResult
        {
            Method = result.Method,
            Question = result.Question,
            Directory = result.Directory,
            File = result.File,
            Created = result.Created,
            Stale = result.Staleness,
            Error = result.Error,
        }),
    ];
}
