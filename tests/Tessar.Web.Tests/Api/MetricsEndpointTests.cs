using System.Net;
using System.Text.Json;
using Tessar.Runs;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Api;

public sealed class MetricsEndpointTests(SharedWorkbench shared)
{
    private const int ManyRows = 100_000;

    [Fact]
    public async Task Few_points_come_exactly_as_recorded()
    {
        JsonElement metrics = await shared.Workbench.GetAsync("/api/runs/demo/metrics");

        IReadOnlyList<MetricRow> rows = shared.Workbench.Open("demo").ReadMetrics();
        JsonElement loss = Series(metrics, "test/loss");
        Assert.False(metrics.GetProperty("isThinned").GetBoolean());
        Assert.Equal(rows.Count, metrics.GetProperty("rows").GetInt32());
        Assert.Equal(
            rows.Where(row => row.TestLoss is not null).Select(row => row.Step),
            loss.GetProperty("steps").EnumerateArray().Select(step => step.GetInt64()));
        Assert.Equal(
            rows.Select(row => row.TestLoss).OfType<double>(),
            loss.GetProperty("values").EnumerateArray().Select(value => value.GetDouble()));
        Assert.Equal([47, 94, 141, 188, 235], metrics.GetProperty("epochEnds").EnumerateArray().Select(step => step.GetInt32()));
    }

    [Fact]
    public async Task Hundred_thousand_points_are_thinned_keep_ends_and_extremes_and_are_exact_in_a_short_range()
    {
        IReadOnlyList<MetricRow> rows = [.. Curves.Of(ManyRows, stepsPerEpoch: 20_000).Select(
            row => row.Step == 54_321 && row.TrainLoss is not null ? row with { TrainLoss = 17.5 } : row)];
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe
        {
            Metrics = rows,
            HasPredictions = false,
            Methods = []
        });

        JsonElement all = await workbench.GetAsync("/api/runs/demo/metrics");
        JsonElement near = await workbench.GetAsync("/api/runs/demo/metrics?from=54000&to=55000");

        JsonElement loss = Series(all, "train/loss");
        long[] steps = [.. loss.GetProperty("steps").EnumerateArray().Select(step => step.GetInt64())];
        Assert.True(all.GetProperty("isThinned").GetBoolean());
        Assert.InRange(steps.Length, 1000, 2000);
        Assert.Equal(ManyRows, loss.GetProperty("count").GetInt32());
        Assert.Equal((1, ManyRows), (steps[0], steps[^1]));
        Assert.Equal(17.5, loss.GetProperty("values")[Array.IndexOf(steps, 54_321)].GetDouble());
        Assert.False(near.GetProperty("isThinned").GetBoolean());
        Assert.Equal(1001, Series(near, "train/loss").GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Rows_come_a_page_at_a_time_and_past_the_end_there_are_none()
    {
        JsonElement page = await shared.Workbench.GetAsync("/api/runs/demo/metrics/rows?first=45&count=3");
        JsonElement beyond = await shared.Workbench.GetAsync("/api/runs/demo/metrics/rows?first=100000");

        Assert.Equal(["step", "epoch", "seconds", "train/loss", "train/accuracy", "test/loss", "test/accuracy", "learning-rate"],
            page.GetProperty("columns").EnumerateArray().Select(column => column.GetString()));
        Assert.Equal([46, 47, 47], page.GetProperty("rows").EnumerateArray().Select(row => row[0].GetInt32()));
        Assert.Equal(240, page.GetProperty("total").GetInt32());
        Assert.Empty(beyond.GetProperty("rows").EnumerateArray());
    }

    [Fact]
    public async Task Values_that_are_not_finite_come_as_null_and_are_counted()
    {
        MetricRow[] rows = [
            new(1, 0, 0.1, TrainLoss: 2.5),
            new(2, 0, 0.2, TrainLoss: double.NaN),
            new(3, 0, 0.3, TrainLoss: double.PositiveInfinity)
        ];
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe
        {
            Metrics = rows,
            HasPredictions = false,
            Methods = []
        });

        JsonElement loss = Series(await workbench.GetAsync("/api/runs/demo/metrics"), "train/loss");

        Assert.Equal(2, loss.GetProperty("nonFinite").GetInt32());
        Assert.Equal(
            [JsonValueKind.Number, JsonValueKind.Null, JsonValueKind.Null],
            loss.GetProperty("values").EnumerateArray().Select(value => value.ValueKind));
    }

    [Fact]
    public async Task Run_without_history_has_no_rows()
    {
        JsonElement metrics = await shared.Workbench.GetAsync("/api/runs/foreign/metrics");

        Assert.Equal(0, metrics.GetProperty("rows").GetInt32());
        Assert.Empty(metrics.GetProperty("series").EnumerateArray());
    }

    [Fact]
    public async Task Damaged_metric_file_is_named_and_a_torn_tail_of_a_run_that_was_killed_is_not_damage()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe { HasPredictions = false, Methods = [] });
        await File.WriteAllBytesAsync(
            workbench.PathOf("demo", "metrics.arrows"),
            (await File.ReadAllBytesAsync(
                workbench.PathOf("demo", "metrics.arrows"), TestContext.Current.CancellationToken))[..^1],
            TestContext.Current.CancellationToken);
        await workbench.GetProblemAsync("/api/runs/demo/metrics", HttpStatusCode.UnprocessableEntity, "file-damaged");
        JsonFile.Edit(workbench.PathOf("demo", "run.json"), json => json.Remove("metrics"));
        string file = workbench.PathOf("demo", "metrics.arrows");
        byte[] whole = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);

        await File.WriteAllBytesAsync(file, whole[..^400], TestContext.Current.CancellationToken);
        await workbench.GetAsync("/api/runs/demo/metrics");
        await File.WriteAllTextAsync(file, "this isn't a metric file", TestContext.Current.CancellationToken);
        JsonElement problem = await workbench.GetProblemAsync(
            "/api/runs/demo/metrics", HttpStatusCode.UnprocessableEntity, "file-damaged");

        Assert.Contains("metrics.arrows", problem.GetProperty("cause").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("from=-1")]
    [InlineData("from=zero")]
    [InlineData("points=3")]
    [InlineData("points=2001")]
    [InlineData("to=99999999999")]
    public Task Numbers_out_of_range_are_refused(string query) =>
        shared.Workbench.GetProblemAsync($"/api/runs/demo/metrics?{query}", HttpStatusCode.BadRequest, "number-wrong");

    private static JsonElement Series(JsonElement metrics, string name) =>
        metrics.GetProperty("series").EnumerateArray().Single(series => series.GetProperty("name").GetString() == name);
}
