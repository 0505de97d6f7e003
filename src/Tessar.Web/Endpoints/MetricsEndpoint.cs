using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Recorded;

namespace Tessar.Web.Endpoints;

/// <summary>Curves, and the rows beneath them.</summary>
internal static class MetricsEndpoint
{
    private const int FewestPoints = 4;
    private const int MostPoints = 2000;
    private const int MostRows = 1000;

    private static readonly (string Name, Func<MetricRow, double?> Value)[] Columns =
    [
        ("train/loss", row => row.TrainLoss),
        ("train/accuracy", row => row.TrainAccuracy),
        ("test/loss", row => row.TestLoss),
        ("test/accuracy", row => row.TestAccuracy),
        ("learning-rate", row => row.LearningRate),
    ];

    /// <remarks>Query: <c>from</c>, <c>to</c> steps, both included; <c>points</c> at most per series; <c>series</c> one name only.</remarks>
    public static MetricsDocument Read(RunsFolder runs, MetricCache cache, ApiRequest request)
    {
        int from = request.Query("from", 0, 0, int.MaxValue);
        int to = request.Query("to", int.MaxValue, 0, int.MaxValue);
        int points = request.Query("points", MostPoints, FewestPoints, MostPoints);
        string? only = request.Query("series");
        Run run = runs.Open(request.Text("run"));
        IReadOnlyList<MetricRow> rows = cache.Read(run);
        MetricSeries[] series =
        [
            .. Columns.Where(column => only is null || column.Name == only)
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

    /// <remarks>Query: <c>first</c> row, <c>count</c> of rows.</remarks>
    public static MetricRowsDocument ReadRows(RunsFolder runs, MetricCache cache, ApiRequest request)
    {
        int first = request.Query("first", 0, 0, int.MaxValue);
        int count = request.Query("count", 100, 1, MostRows);
        Run run = runs.Open(request.Text("run"));
        IReadOnlyList<MetricRow> rows = cache.Read(run);
        return new MetricRowsDocument(
            run.Name, ["step", "epoch", "seconds", .. Columns.Select(column => column.Name)], rows.Count, first,
            [.. rows.Skip(first).Take(count).Select(row => (IReadOnlyList<double?>)
                [row.Step, row.Epoch, Finite(row.Seconds), .. Columns.Select(column => Finite(column.Value(row)))])]);
    }

    private static MetricSeries Series(
        string name, Func<MetricRow, double?> value, IReadOnlyList<MetricRow> rows, int from, int to, int points)
    {
        List<(long Step, double Value)> recorded =
            [.. rows.Where(row => row.Step >= from && row.Step <= to && value(row) is not null).Select(row => (row.Step, value(row)!.Value))];
        IReadOnlyList<(long Step, double Value)> shown = Thinning.ToExtremes(recorded, points);
        return new MetricSeries(
            name, [.. shown.Select(point => point.Step)], [.. shown.Select(point => Finite(point.Value))],
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

    // JSON has no word for infinity.
    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
