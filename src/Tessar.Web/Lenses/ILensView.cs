using System.Globalization;
using Tessar.Results;
using Tessar.Runs;

namespace Tessar.Web.Lenses;

/// <summary>
/// What the workbench knows about a lens beyond what the catalogue says of it: its results. Found by its interface; nothing lists
/// it.
/// </summary>
/// <remarks>
/// A lens of the catalogue without one has a card all the same, and its results are told by their envelopes. Endpoints of a lens
/// lie beside it, below <c>/api/runs/{run}/lenses/LENS/</c>; its panels lie in <c>web/src/lenses/LENS/</c>.
/// </remarks>
internal interface ILensView
{
    /// <summary>The part of its methods' names before the slash: <c>data</c>.</summary>
    string Lens { get; }

    /// <summary>The results a run has, newest first; of several by one method all. What can't be read is left out.</summary>
    IReadOnlyList<RecordedResult> ResultsOf(Run run);
}

/// <summary>A result of a run, as its card tells it.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Targets">What it was computed for; null for the run as a whole.</param>
/// <param name="Summary">What was computed and what it took, a sentence.</param>
/// <param name="StaleBecause">Why it no longer fits the run, a sentence; null when it does.</param>
/// <param name="Created">When it was computed.</param>
internal sealed record RecordedResult(
    string Method, string? Targets, string Summary, string? StaleBecause, DateTimeOffset Created)
{
    /// <summary>A result told by its envelope alone.</summary>
    public static RecordedResult Of(ResultSummary result)
    {
        ResultDocument document = result.Folder!.Document;
        string about = string.Join(" from ", new[] { document.Job.Targets, document.Job.Train }.OfType<string>());
        string seconds = string.Create(CultureInfo.InvariantCulture, $"{document.Seconds:0.0}\u00A0s");
        return new RecordedResult(
            document.Method, document.Job.Targets, about.Length == 0 ? $"Took {seconds}." : $"{about}, {seconds}.",
            result.Staleness, document.Created);
    }

    /// <summary><c>done</c> or <c>stale</c>.</summary>
    public string State => StaleBecause is null ? "done" : "stale";
}
