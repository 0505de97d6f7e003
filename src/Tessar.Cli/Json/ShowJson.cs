using System.Text.Json;
using Tessar.Runs;

namespace Tessar.Cli.Json;

/// <summary>`tessar show`.</summary>
internal sealed record ShowJson : JsonResult
{
    /// <summary>Name of the run.</summary>
    public required string Run { get; init; }

    /// <summary>Full path of its folder.</summary>
    public required string Directory { get; init; }

    /// <summary>As in `record`, but `interrupted` when the process that wrote the run is gone.</summary>
    public required string Status { get; init; }

    /// <summary>The content of run.json.</summary>
    public required JsonElement Record { get; init; }

    /// <summary>Every logged row.</summary>
    public required IReadOnlyList<MetricRow> Metrics { get; init; }

    /// <summary>What methods have left under the run, the newest first.</summary>
    public required IReadOnlyList<ShownResult> Results { get; init; }

    public static ShowJson Of(Run run)
    {
        using JsonDocument record = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(run.Directory, "run.json")));
        return new ShowJson
        {
            Run = run.Name,
            Directory = run.Directory,
            Status = ListedRun.WordOf(run.Status),
            Record = record.RootElement.Clone(),
            Metrics = run.ReadMetrics(),
            Results = ShownResult.Of(run),
        };
    }
}
