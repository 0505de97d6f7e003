using System.Text.Json;
using Tessar.Results;

namespace Tessar.Cli.Json;

/// <summary>What a question without a form of its own prints.</summary>
internal sealed record LensJson : JsonResult
{
    /// <summary>Name of the lens.</summary>
    public required string Lens { get; init; }

    /// <summary>What was asked: the lens, or one of its further questions.</summary>
    public required string Question { get; init; }

    /// <summary>Name of the method; the question's own where none is asked.</summary>
    public required string Method { get; init; }

    /// <summary>Name of the run that keeps the result: the first one given.</summary>
    public required string Run { get; init; }

    /// <summary>Names of the runs it is compared with; absent where nothing is compared.</summary>
    public IReadOnlyList<string>? Against { get; init; }

    /// <summary>The effective options of the method.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>The effective settings of the question.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>The training examples; absent where none are looked at.</summary>
    public string? Train { get; init; }

    /// <summary>The targets; absent where there are none.</summary>
    public string? Targets { get; init; }

    /// <summary>The answer.</summary>
    public required JsonElement Answer { get; init; }

    /// <summary>What the method found when it checked itself.</summary>
    public required IReadOnlyList<SelfCheckJson> Checks { get; init; }

    /// <summary>What to know before trusting it, one sentence each.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>Seconds it took.</summary>
    public required double Seconds { get; init; }

    /// <summary>Full path of the document that keeps this.</summary>
    public required string Result { get; init; }

    /// <summary>Full path of the arrays beside it; absent without any.</summary>
    public string? Arrays { get; init; }

    public static LensJson Of(ResultFolder kept)
    {
        ResultDocument document = kept.Document;
        return new LensJson
        {
            Lens = document.Lens,
            Question = document.Job.Question,
            Method = document.Method,
            Run = document.Run,
            Against = document.Job.Against.Count == 0 ? null : document.Job.Against,
            Options = document.Job.Options,
            Settings = document.Job.Settings,
            Train = document.Job.Train,
            Targets = document.Job.Targets,
            Answer = document.Payload,
            Checks = [.. document.Checks.Select(SelfCheckJson.Of)],
            Remarks = document.Remarks,
            Seconds = document.Seconds,
            Result = kept.DocumentPath,
            Arrays = kept.ArraysPath,
        };
    }
}
