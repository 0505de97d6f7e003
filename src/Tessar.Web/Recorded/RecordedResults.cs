using Microsoft.AspNetCore.Http;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;

namespace Tessar.Web.Recorded;

/// <summary>The results of a run by their envelopes, whatever lens they are of.</summary>
internal static class RecordedResults
{
    /// <summary>
    /// Results of the lenses, newest first; predictions and what earlier versions kept in other files aren't among them.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="lens">The name of a lens; null for all of them.</param>
    public static IEnumerable<ResultSummary> Of(Run run, string? lens = null) =>
        ResultCatalog.Of(run).Where(result => (lens is null || result.Lens == lens) && IsEnvelope(result));

    /// <summary>The result with a key.</summary>
    /// <exception cref="ProblemException">There is none, or it can't be read.</exception>
    public static ResultFolder Find(RunsFolder runs, Run run, string key)
    {
        ResultSummary found = Of(run).FirstOrDefault(result => result.Key == key) ?? throw new ProblemException(new Problem(
            StatusCodes.Status404NotFound, "result-missing", $"The run “{run.Name}” has no result “{key}”.",
            "It was deleted, or the address names another run’s.", "Choose one of those that there are:",
            runs.Command($"show {run.Name}")));
        return found.Folder ?? throw new ProblemException(Problems.Of(
            StatusCodes.Status422UnprocessableEntity, "file-damaged", $"The result “{key}” can’t be read.", found.Error!));
    }

    /// <summary>A result as a row of a table.</summary>
    public static ResultRow Row(ResultSummary result)
    {
        if (result.Folder is not { Document: var document })
        {
            return new ResultRow
            {
                Key = result.Key,
                Lens = result.Lens,
                Question = result.Question,
                Method = result.Method,
                State = "unreadable",
                Reason = result.Error,
                Created = result.Created,
            };
        }

        return Row(result.Key, document, result.Staleness);
    }

    /// <param name="key">The result's key.</param>
    /// <param name="document">Its document.</param>
    /// <param name="staleness">Why it no longer fits the run; null when it does.</param>
    public static ResultRow Row(string key, ResultDocument document, string? staleness) => new()
    {
        Key = key,
        Lens = document.Lens,
        Question = document.Job.Question,
        Method = document.Method,
        State = staleness is null ? "done" : "stale",
        Reason = staleness,
        Created = document.Created,
        Seconds = document.Seconds,
        Targets = document.Job.Targets,
        Train = document.Job.Train,
        Options = [.. Facts(document.Job.Options), .. Facts(document.Job.Settings)],
        Checks =
        [
            .. document.Checks.Select(check => new ResultCheck(check.Name, check.Value, check.Limit, check.Meaning, check.Holds)),
        ],
        Remarks = document.Remarks,
    };

    private static bool IsEnvelope(ResultSummary result) =>
        result.Folder is not null || (result.Error is not null && Path.GetFileName(result.File) == ResultFolder.DocumentName
        && result.Lens != ResultCatalog.PredictionsFolder);

    private static IEnumerable<Fact> Facts(IReadOnlyDictionary<string, string> values) =>
        values.OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => new Fact(value.Key, value.Value));
}
