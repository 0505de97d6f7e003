using System.Globalization;
using Tessar.Runs;

namespace Tessar.Web.Lenses.Data;

/// <summary>The Data lens: training examples behind predictions.</summary>
internal sealed class DataLensView : ILensView
{
    public string Lens => "data";

    public IReadOnlyList<RecordedResult> ResultsOf(Run run) =>
        [.. RecordedAttribution.Of(run).Select(result => Tell(result, run))];

    private static RecordedResult Tell(RecordedAttribution result, Run run)
    {
        Methods.AttributionDocument document = result.Document;
        string checkpoints = string.Create(
            CultureInfo.InvariantCulture,
            $"{document.Checkpoints.Count} checkpoint{(document.Checkpoints.Count == 1 ? "" : "s")}");
        string seconds = string.Create(
            CultureInfo.InvariantCulture, $"{document.Report.SecondsFeatures + document.Report.SecondsScoring:0.0}\u00A0s");
        return new RecordedResult(
            document.Method, document.Targets, $"{document.Targets} explained by {document.Train}, {checkpoints}, {seconds}.",
            result.Staleness(run), document.Created);
    }
}
