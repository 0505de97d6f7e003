using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Web.Tests.Browser;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Lenses;

/// <summary>A run of a task that exists in this assembly alone, in documents and on the page.</summary>
public sealed class TaskTests(Chromium chromium)
{
    private const int Mistaken = 21;

    private static readonly RunRecipe _recipe = new()
    {
        Task = ToyTask.Name,
        Metrics =
        [
            .. Curves.Usual.Select(row => row.TestLoss is null ? row : row with
            {
                Others = new Dictionary<string, double>(StringComparer.Ordinal) { ["test/warmth"] = 20 + row.Epoch },
            }),
        ],
    };

    static TaskTests() => TaskCatalog.Add(typeof(ToyTask).Assembly);

    [Fact]
    public async Task Its_answers_are_read_by_the_task_and_its_measures_are_drawn_and_listed()
    {
        await using Workbench workbench = await Workbench.StartAsync(_recipe);

        JsonElement prediction = (await workbench.GetAsync($"/api/runs/demo/example/test/{Mistaken}")).GetProperty("prediction");
        Predictions recorded = Predictions.TryOpen(workbench.Open("demo"), "test")!;
        double[] weights = [.. recorded.Logits(Mistaken).ToArray().Select(f => Math.Exp(f / 2))];
        Assert.Equal(
            weights.Select(weight => weight / weights.Sum()),
            prediction.GetProperty("probabilities").EnumerateArray().Select(p => p.GetDouble()));

        JsonElement[] series = [.. (await workbench.GetAsync("/api/runs/demo/metrics")).GetProperty("series").EnumerateArray()];
        JsonElement warmth = series.Single(one => one.GetProperty("name").GetString() == "test/warmth");
        Assert.Equal([20.0, 21, 22, 23, 24], warmth.GetProperty("values").EnumerateArray().Select(value => value.GetDouble()));
        Assert.Contains(series, one => one.GetProperty("name").GetString() == "train/loss");
        JsonElement rows = await workbench.GetAsync("/api/runs/demo/metrics/rows?count=1000");
        Assert.Equal("test/warmth", rows.GetProperty("columns").EnumerateArray().Last().GetString());
        Assert.Equal(24, rows.GetProperty("rows").EnumerateArray().Last().EnumerateArray().Last().GetDouble());

        string[] facts = [.. (await workbench.GetAsync("/api/runs/demo")).GetProperty("facts").EnumerateArray()
            .SelectMany(group => group.GetProperty("facts").EnumerateArray())
            .Select(fact => $"{fact.GetProperty("name").GetString()}: {fact.GetProperty("value").GetString()}")];
        Assert.Contains($"Task: {ToyTask.Name}", facts);
        Assert.Contains("test/warmth: 24", facts);
    }

    [Fact]
    public async Task Its_attribution_and_its_probabilities_are_on_the_page()
    {
        await using Workbench workbench = await Workbench.StartAsync(_recipe);
        await using Session session = await Session.OpenAsync(chromium, workbench.Url, $"/r/demo/example/test/{Mistaken}");

        await Assertions.Expect(session.Heading("Pushed it to Sneaker")).ToBeVisibleAsync();
        JsonElement prediction = (await workbench.GetAsync($"/api/runs/demo/example/test/{Mistaken}")).GetProperty("prediction");
        double sandal = prediction.GetProperty("probabilities")[5].GetDouble();
        await Assertions.Expect(session.Page.GetByRole(AriaRole.Table, new() { NameString = "The network gives Sneaker" })
            .GetByRole(AriaRole.Row).Filter(new() { HasText = "Sandal" }))
            .ToContainTextAsync((sandal * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %");

        await session.Page.GotoAsync(new Uri(workbench.Url, "/r/demo").ToString());
        await Assertions.Expect(session.Page.GetByText(ToyTask.Name)).ToBeVisibleAsync();
    }
}
