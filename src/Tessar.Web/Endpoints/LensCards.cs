using System.Globalization;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Recorded;

namespace Tessar.Web.Endpoints;

/// <summary>What has been asked of a run, what hasn't, and what no longer fits it.</summary>
internal static class LensCards
{
    private static readonly MethodCatalog Catalog = new(typeof(Trak).Assembly);

    private static readonly Dictionary<string, string> Questions = new(StringComparer.Ordinal)
    {
        ["data"] = "Which training examples made this prediction?",
    };

    public static IReadOnlyList<LensCard> Of(RunsFolder runs, Run run)
    {
        MethodCard[] recorded =
        [
            .. RecordedAttribution.Of(run).DistinctBy(result => result.Document.Method, StringComparer.Ordinal)
                .Select(result => Card(runs, run, result)),
        ];
        IEnumerable<MethodCard> missing = Catalog.Methods
            .Where(method => method.Type.IsAssignableTo(typeof(IAttributionMethod)) && recorded.All(card => card.Method != method.Name))
            .Select(method => new MethodCard(method.Name, "missing", method.Summary, Reason: null, Created: null, Command(runs, run, method.Name)));
        return
        [
            .. recorded.Concat(missing).GroupBy(card => card.Method.Split('/')[0], StringComparer.Ordinal)
                .Select(lens => new LensCard(lens.Key, char.ToUpperInvariant(lens.Key[0]) + lens.Key[1..], Questions.GetValueOrDefault(lens.Key, string.Empty), [.. lens])),
        ];
    }

    /// <summary>The command that computes a result, or computes it anew.</summary>
    public static string Command(RunsFolder runs, Run run, string method, string? targets = null) =>
        runs.Command($"attribute {run.Name} --method {method} --targets {targets ?? run.Record.Program.Data.Test}");

    private static MethodCard Card(RunsFolder runs, Run run, RecordedAttribution result)
    {
        AttributionDocument document = result.Document;
        string? reason = result.Staleness(run);
        string checkpoints = string.Create(
            CultureInfo.InvariantCulture, $"{document.Checkpoints.Count} checkpoint{(document.Checkpoints.Count == 1 ? "" : "s")}");
        string seconds = string.Create(
            CultureInfo.InvariantCulture, $"{document.Report.SecondsFeatures + document.Report.SecondsScoring:0.0}\u00A0s");
        return new MethodCard(
            document.Method, reason is null ? "done" : "stale", $"{document.Targets} explained by {document.Train}, {checkpoints}, {seconds}.",
            reason, document.Created, Command(runs, run, document.Method, document.Targets));
    }
}
