using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Recorded;
using Tessar.Web.Routing;

namespace Tessar.Web.Endpoints;

/// <summary>The rows beneath the curves, exactly as recorded, a page at a time.</summary>
/// <remarks>Query: <c>first</c> row, <c>count</c> of rows.</remarks>
[Address("/api/runs/{run}/metrics/rows")]
internal sealed class MetricRowsEndpoint(RunsFolder runs, MetricCache cache) : IReadEndpoint
{
    private const int MostRows = 1000;

    public Content Read(ApiRequest request)
    {
        int first = request.Query("first", 0, 0, int.MaxValue);
        int count = request.Query("count", 100, 1, MostRows);
        Run run = runs.Open(request.Text("run"));
        IReadOnlyList<MetricRow> rows = cache.Read(run);
        (string Name, Func<MetricRow, double?> Value)[] columns = [.. MetricCache.ColumnsOf(rows)];
        var document = new MetricRowsDocument(
            run.Name, ["step", "epoch", "seconds", .. columns.Select(column => column.Name)], rows.Count, first,
            [.. rows.Skip(first).Take(count).Select(row => (IReadOnlyList<double?>)
                [row.Step, row.Epoch, MetricCache.Finite(row.Seconds), .. columns.Select(
                    column => MetricCache.Finite(column.Value(row)))])]);
        return Content.Of(document, WebJson.Default.MetricRowsDocument);
    }
}
