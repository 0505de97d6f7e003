using System.Net;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Runs;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Lenses.Data;

public sealed class MistakesEndpointTests(SharedWorkbench shared)
{
    [Fact]
    public async Task Mistakes_are_all_wrong_predictions_by_falling_confidence()
    {
        JsonElement document = await shared.Workbench.GetAsync("/api/runs/demo/lenses/data/mistakes?split=test&top=1000");

        Run run = shared.Workbench.Open("demo");
        using ExampleStore store = run.OpenExamples();
        ExampleSet test = run.TestSet(store);
        Predictions predictions = Predictions.TryOpen(run, "test")!;
        int[] wrong = [.. Enumerable.Range(0, test.Count).Where(i => predictions.Predicted(i) != test.Label(i))
            .OrderByDescending(i => predictions.Probabilities(i).Max())];
        Assert.NotEmpty(wrong);
        Assert.Equal(wrong.Length, document.GetProperty("total").GetInt32());
        Assert.Equal(200, document.GetProperty("examples").GetInt32());
        Assert.Equal(
            wrong, document.GetProperty("mistakes").EnumerateArray().Select(mistake => mistake.GetProperty("index").GetInt32()));
    }

    [Fact]
    public async Task Top_limits_the_list_and_not_the_total()
    {
        JsonElement document = await shared.Workbench.GetAsync("/api/runs/demo/lenses/data/mistakes?top=3");

        Assert.Equal(3, document.GetProperty("mistakes").GetArrayLength());
        Assert.True(document.GetProperty("total").GetInt32() > 3);
    }

    [Fact]
    public async Task Predictions_of_a_part_of_a_split_serve_when_there_are_none_of_the_whole()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe { Methods = [] });
        Run run = workbench.Open("demo");
        float[] logits;
        using (ExampleStore store = run.OpenExamples())
        {
            Predictions whole = Predictions.TryOpen(run, "test")!;
            logits = [.. Enumerable.Range(10, 40).SelectMany(i => whole.Logits(i).ToArray())];
            Directory.Delete(workbench.PathOf("demo", "results"), recursive: true);
            Predictions.Save(run, run.Record.Checkpoints[^1], ExampleSet.Parse(store, "test:10-49"), logits, 0);
        }

        JsonElement mistakes = await workbench.GetAsync("/api/runs/demo/lenses/data/mistakes?top=1000");
        JsonElement covered = await workbench.GetAsync("/api/runs/demo/example/test/21");
        JsonElement outside = await workbench.GetAsync("/api/runs/demo/example/test/9");

        Assert.Equal(40, mistakes.GetProperty("examples").GetInt32());
        Assert.All(
            mistakes.GetProperty("mistakes").EnumerateArray(),
            mistake => Assert.InRange(mistake.GetProperty("index").GetInt32(), 10, 49));
        Assert.Equal(7, covered.GetProperty("prediction").GetProperty("predicted").GetInt32());
        Assert.Contains(
            "test:10-49", outside.GetProperty("predictionProblem").GetProperty("cause").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_predictions_the_answer_is_the_command_that_makes_them()
    {
        JsonElement problem = await shared.Workbench.GetProblemAsync(
            "/api/runs/foreign/lenses/data/mistakes", HttpStatusCode.NotFound, "predictions-missing");

        Assert.Equal("tessar predict foreign --targets test:0-199", problem.GetProperty("command").GetString());
    }

    [Theory]
    [InlineData("top=0")]
    [InlineData("top=1001")]
    [InlineData("top=many")]
    public Task Numbers_out_of_range_are_refused(string query) =>
        shared.Workbench.GetProblemAsync(
            $"/api/runs/demo/lenses/data/mistakes?{query}", HttpStatusCode.BadRequest, "number-wrong");
}
