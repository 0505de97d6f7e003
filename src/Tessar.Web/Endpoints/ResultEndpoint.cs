using System.Globalization;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Recorded;
using Tessar.Web.Routing;

namespace Tessar.Web.Endpoints;

/// <summary>One result of a run: its envelope, its answer, and what its arrays hold.</summary>
[Address("/api/runs/{run}/results/{key}")]
internal sealed class ResultEndpoint(RunsFolder runs) : IReadEndpoint
{
    public Content Read(ApiRequest request)
    {
        Run run = runs.Open(request.Text("run"));
        string key = request.Text("key");
        ResultFolder result = RecordedResults.Find(runs, run, key);
        ResultDocument document = result.Document;
        string address = $"/api/runs/{Uri.EscapeDataString(run.Name)}/results/{Uri.EscapeDataString(key)}/";
        (IReadOnlyList<ResultArray> arrays, long? bytes, Problem? problem) = ArraysOf(result);
        var detail = new ResultDetailDocument
        {
            Run = run.Name,
            Result = RecordedResults.Row(key, document, result.Staleness(run)),
            Seed = document.Job.Seed?.ToString(CultureInfo.InvariantCulture),
            Answer = document.Payload,
            Arrays = arrays,
            ArrayBytes = bytes,
            ArraysProblem = problem,
            DocumentAddress = address + "document",
            ArraysAddress = document.Arrays is null ? null : address + "arrays",
        };
        return Content.Of(detail, WebJson.Default.ResultDetailDocument);
    }

    private (IReadOnlyList<ResultArray> Arrays, long? Bytes, Problem? Problem) ArraysOf(ResultFolder result)
    {
        if (result.ArraysPath is not { } path)
            return ([], null, null);
        try
        {
            using SafetensorsFile file = result.OpenArrays();
            return (ArraySummary.Of(file), new FileInfo(path).Length, null);
        }
        catch (TessarException error)
        {
            return ([], null, Problems.Of(error, runs.ProgramName));
        }
    }
}
