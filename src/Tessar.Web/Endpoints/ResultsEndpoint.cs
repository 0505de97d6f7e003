using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Recorded;
using Tessar.Web.Routing;

namespace Tessar.Web.Endpoints;

/// <summary>The results of a run, whatever lens they are of, newest first.</summary>
/// <remarks>Query: <c>lens</c>, the name of one; by default all of them.</remarks>
[Address("/api/runs/{run}/results")]
internal sealed class ResultsEndpoint(RunsFolder runs) : IReadEndpoint
{
    public Content Read(ApiRequest request)
    {
        Run run = runs.Open(request.Text("run"));
        var document = new ResultsDocument(
            run.Name, [.. RecordedResults.Of(run, request.Query("lens")).Select(RecordedResults.Row)]);
        return Content.Of(document, WebJson.Default.ResultsDocument);
    }
}
