using System.Text.Json;
using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Recorded;

namespace Tessar.Web.Endpoints;

/// <summary>The table of runs.</summary>
internal static class RunsEndpoint
{
    public static RunsDocument Read(RunsFolder runs) => new(
        runs.Directory, runs.Command("demo"), [.. RunCatalog.List(runs.Directory).AsParallel().AsOrdered().Select(Row)]);

    /// <summary>A status as documents spell it.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static RunRow Row(RunSummary summary)
    {
        long bytes = SizeOf(summary.Directory);
        if (summary.Run is not { } run)
        {
            return new RunRow
            {
                Name = summary.Name,
                Status = "unreadable",
                Bytes = bytes,
                Problem = RunsFolder.Unreadable(summary.Name, summary.Error ?? "No reason was given."),
            };
        }

        RunRecord record = run.Record;
        return new RunRow
        {
            Name = run.Name,
            Status = Word(run.Status),
            Kind = Word(record.Kind),
            Created = record.Created,
            Seconds = record.Final?.Seconds,
            Model = RunEndpoint.ModelName(record),
            Parameters = record.Program.Parameters,
            Data = RunEndpoint.DataName(record),
            Epochs = record.Program.Epochs,
            PlantedErrors = record.Program.Labels?.Edits ?? 0,
            TestAccuracy = record.Final?.TestAccuracy,
            Bytes = bytes,
            Methods =
            [
                .. RecordedAttribution.Of(run).DistinctBy(result => result.Document.Method, StringComparer.Ordinal)
                    .Select(result => new MethodBadge(result.Document.Method, result.Staleness(run) is null ? "done" : "stale")),
            ],
        };
    }

    private static long SizeOf(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true }).Sum(file => file.Length);
}
