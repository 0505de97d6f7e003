using System.Text.Json;
using Tessar.Runs;

namespace Tessar.Results;

/// <summary>
/// Everything that was ever asked of a run: attributions, comparisons, transfers, evaluations, predictions, of this version and
/// earlier ones.
/// </summary>
public static class ResultCatalog
{
    internal const string PredictionsFolder = "predictions";

    /// <summary>The results of a run, the newest first; one that can't be read says why.</summary>
    /// <param name="run">The run, as it is now.</param>
    public static IReadOnlyList<ResultSummary> Of(Run run)
    {
        ArgumentNullException.ThrowIfNull(run);
        string root = ResultFolder.Root(run);
        if (!Directory.Exists(root))
            return [];
        return
        [
            .. Directory.EnumerateFiles(root, ResultFolder.DocumentName, SearchOption.AllDirectories)
            .Select(file => Read(run, root, file))
                .Concat(EarlierResults.Find(root))
                .OrderByDescending(result => result.Created).ThenBy(result => result.File, StringComparer.Ordinal),
        ];
    }

    /// <summary>The folders of the results that answer a question, newest first.</summary>
    /// <param name="run">The run.</param>
    /// <param name="question">The question's name, such as <c>data</c>.</param>
    public static IReadOnlyList<string> FoldersOf(Run run, string question) =>
        [.. Of(run).Where(result => result.Question == question && Path.GetFileName(result.File) == ResultFolder.DocumentName)
            .Select(result => result.Directory)];

    private static ResultSummary Read(Run run, string root, string file)
    {
        string directory = Path.GetDirectoryName(file)!;
        string[] parts = Path.GetRelativePath(root, directory).Split(Path.DirectorySeparatorChar);
        if (parts[0] == PredictionsFolder)
            return Predicted(file, directory);
        string place = string.Join('/', parts.Take(2));
        try
        {
            var opened = ResultFolder.Open(directory);
            ResultDocument document = opened.Document;
            return new ResultSummary(document.Lens, document.Job.Question, document.Method, directory, file)
            {
                Created = document.Created, Staleness = opened.Staleness(run), Payload = document.Payload, Folder = opened,
            };
        }
        catch (TessarException e)
        {
            return new ResultSummary(parts[0], parts[0], place, directory, file)
            {
                Created = new DateTimeOffset(File.GetLastWriteTimeUtc(file)),
                Error = e.Message
            };
        }
    }

    // Predictions are the run's own: their key says which weights and data they belong to.
    private static ResultSummary Predicted(string file, string directory)
    {
        var summary = new ResultSummary(PredictionsFolder, PredictionsFolder, PredictionsFolder, directory, file);
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement made = json.RootElement.GetProperty("created");
            return summary with { Created = made.TryGetDateTimeOffset(out DateTimeOffset moment) ? moment : null };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IOException
            or UnauthorizedAccessException)
        {
            return summary with
            {
                Created = new DateTimeOffset(File.GetLastWriteTimeUtc(file)),
                Error = $"{file} isn't a result in JSON: {e.Message.TrimEnd('.')}. {ResultFolder.Remedy}"
            };
        }
    }
}
