using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;
using Tessar.Web.Recorded;
using Tessar.Web.Routing;

namespace Tessar.Web.Endpoints;

/// <summary>The curves of a run, thinned for drawing.</summary>
/// <remarks>
/// Query: <c>from</c>, <c>to</c> steps, both included; <c>points</c> at most per series; <c>series</c> one name only.
/// </remarks>
[Address("/api/runs/{run}/metrics")]
internal sealed class MetricsEndpoint(RunsFolder runs, MetricCache cache) : IReadEndpoint
{
    private const int FewestPoints = 4;
    private const int MostPoints = 2000;

    public Content Read(ApiRequest request) => Content.Of(Document(request), WebJson.Default.MetricsDocument);

    private MetricsDocument Document(ApiRequest request)
    {
        int from = request.Query("from", 0, 0, int.MaxValue);
        int to = request.Query("to", int.MaxValue, 0, int.MaxValue);
        int points = request.Query("points", MostPoints, FewestPoints, MostPoints);
        string? only = request.Query("series");
        Run run = runs.Open(request.Text("run"));
        IReadOnlyList<MetricRow> rows = cache.Read(run);
        MetricSeries[] series =
        [
            .. MetricCache.ColumnsOf(rows).Where(column => only is null || column.Name == only)
                .Select(column => Series(column.Name, column.Value, rows, from, to, points)).Where(found => found.Count > 0),
        ];
        return new MetricsDocument
        {
            Run = run.Name,
            FirstStep = rows.Count == 0 ? 0 : rows[0].Step,
            LastStep = rows.Count == 0 ? 0 : rows[^1].Step,
            Rows = rows.Count,
            IsThinned = series.Any(found => found.Steps.Count < found.Count),
            EpochEnds = EpochEnds(rows),
            Series = series,
        };
    }

    private static MetricSeries Series(
        string name, Func<MetricRow, double?> value, IReadOnlyList<MetricRow> rows, int from, int to, int points)
    {
        List<(long Step, double Value)> recorded =
            [.. rows.Where(row => row.Step >= from && row.Step <= to && value(row) is not null)
                .Select(row => (row.Step, value(row)!.Value))];
        IReadOnlyList<(long Step, double Value)> shown = Thinning.ToExtremes(recorded, points);
        return new MetricSeries(
            name, [.. shown.Select(point => point.Step)], [.. shown.Select(point => MetricCache.Finite(point.Value))],
            recorded.Count, recorded.Count(point => !double.IsFinite(point.Value)));
    }

    private static List<long> EpochEnds(IReadOnlyList<MetricRow> rows)
    {
        var ends = new List<long>();
        for (int i = 0; i < rows.Count; i++)
        {
            if (i == rows.Count - 1 || rows[i + 1].Epoch != rows[i].Epoch)
                ends.Add(rows[i].Step);
        }

        return ends;
    }
}
