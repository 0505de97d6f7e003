using System.Globalization;
using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Recorded;

namespace Tessar.Web.Endpoints;

/// <summary>What has been asked of a run, what hasn't, and what no longer fits it.</summary>
internal static class LensCards
{
    public static IReadOnlyList<LensCard> Of(RunsFolder runs, Run run)
    {
        MethodCard[] recorded =
        [
            .. AttributionResult.Of(run).DistinctBy(result => result.Header.Method, StringComparer.Ordinal).Select(result => Card(runs, run, result)),
        ];
        return [new LensCard("data", "Data", "Which training examples made this prediction?", recorded)];
    }

    /// <summary>The command that computes a result, or computes it anew.</summary>
    public static string Command(RunsFolder runs, Run run, string method, string? targets = null) =>
        runs.Command($"attribute {run.Name} --method {method} --targets {targets ?? run.Record.Program.Data.Test}");

    private static MethodCard Card(RunsFolder runs, Run run, AttributionResult result)
    {
        AttributionHeader header = result.Header;
        string? reason = result.Staleness(run);
        string checkpoints = string.Create(
            CultureInfo.InvariantCulture, $"{header.Checkpoints.Count} checkpoint{(header.Checkpoints.Count == 1 ? "" : "s")}");
        string seconds = header is { SecondsFeatures: { } features, SecondsScoring: { } scoring }
            ? string.Create(CultureInfo.InvariantCulture, $", {features + scoring:0.0} s") : string.Empty;
        return new MethodCard(
            header.Method, reason is null ? "done" : "stale", $"{header.Targets} explained by {header.Train}, {checkpoints}{seconds}.",
            reason, header.Created, Command(runs, run, header.Method, header.Targets));
    }
}
