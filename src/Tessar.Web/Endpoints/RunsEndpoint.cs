using System.Text.Json;
using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Lenses;
using Tessar.Web.Recorded;
using Tessar.Web.Routing;

namespace Tessar.Web.Endpoints;

/// <summary>The table of runs.</summary>
[Address("/api/runs")]
internal sealed class RunsEndpoint(RunsFolder runs, LensCatalog lenses) : IReadEndpoint
{
    public Content Read(ApiRequest request) => Content.Of(
        new RunsDocument(runs.Directory, runs.Command("demo"), [.. RunCatalog.List(runs.Directory).Select(Row)]),
        WebJson.Default.RunsDocument);

    /// <summary>A status as documents spell it.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private RunRow Row(RunSummary summary)
    {
        long bytes = SizeOf(summary.Directory);
        bool isStarting = summary.Run is null && runs.IsStarting(summary.Name);
        // Its record may have been written since the list was made.
        Run? found = summary.Run ?? (isStarting ? null : runs.TryOpen(summary.Name));
        if (found is not { } run)
        {
            return new RunRow
            {
                Name = summary.Name,
                Status = isStarting ? RunsFolder.Starting : "unreadable",
                Bytes = bytes,
                Problem = isStarting ? null : RunsFolder.Unreadable(summary.Name, summary.Error ?? "No reason was given."),
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
                .. lenses.ResultsOf(run).DistinctBy(result => result.Method, StringComparer.Ordinal)
                    .Select(result => new MethodBadge(result.Method, result.State)),
            ],
        };
    }

    private static long SizeOf(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true })
            .Sum(file => file.Length);
}
