using System.Net;
using System.Text.Json;
using Tessar.Runs;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Api;

public sealed class ExampleEndpointTests(SharedWorkbench shared)
{
    // The most confident mistake among the targets, and a training example whose label was changed on purpose.
    private const int Mistaken = 21;
    private const int Planted = 337;

    [Fact]
    public async Task Planted_error_has_both_labels()
    {
        JsonElement example = await shared.Workbench.GetAsync($"/api/runs/demo/example/train/{Planted}");

        Assert.True(example.GetProperty("isPlanted").GetBoolean());
        Assert.Equal((4, 9), (example.GetProperty("label").GetInt32(), example.GetProperty("storedLabel").GetInt32()));
    }

    [Fact]
    public async Task Example_knows_nothing_of_any_lens()
    {
        JsonElement example = await shared.Workbench.GetAsync("/api/runs/both/example/test/0");

        Assert.DoesNotContain(
            example.EnumerateObject(),
            property =>
                property.Name.StartsWith("attribution", StringComparison.Ordinal) || property.Name is "methods" or "reach");
    }

    [Fact]
    public async Task Prediction_is_the_softmax_of_the_recorded_logits()
    {
        JsonElement example = await shared.Workbench.GetAsync($"/api/runs/demo/example/test/{Mistaken}");

        double[] expected = Predictions.TryOpen(shared.Workbench.Open("demo"), "test")!.Probabilities(Mistaken);
        JsonElement prediction = example.GetProperty("prediction");
        Assert.Equal(expected, prediction.GetProperty("probabilities").EnumerateArray().Select(p => p.GetDouble()));
        Assert.Equal(Array.IndexOf(expected, expected.Max()), prediction.GetProperty("predicted").GetInt32());
        Assert.False(prediction.GetProperty("isCorrect").GetBoolean());
        Assert.Equal(5, example.GetProperty("label").GetInt32());
    }

    [Fact]
    public async Task Navigation_follows_indices_and_mistakes_by_confidence()
    {
        JsonElement mistakes = await shared.Workbench.GetAsync("/api/runs/demo/lenses/data/mistakes?top=1000");
        int[] ranked = [.. mistakes.GetProperty("mistakes").EnumerateArray()
            .Select(mistake => mistake.GetProperty("index").GetInt32())];

        JsonElement first = (await shared.Workbench.GetAsync($"/api/runs/demo/example/test/{ranked[0]}"))
            .GetProperty("navigation");
        JsonElement last = (await shared.Workbench.GetAsync($"/api/runs/demo/example/test/{ranked[^1]}"))
            .GetProperty("navigation");
        JsonElement right = (await shared.Workbench.GetAsync("/api/runs/demo/example/test/0")).GetProperty("navigation");

        Assert.Equal((1, ranked.Length), (first.GetProperty("mistake").GetInt32(), first.GetProperty("mistakes").GetInt32()));
        Assert.Equal(JsonValueKind.Null, first.GetProperty("previousMistake").ValueKind);
        Assert.Equal(ranked[1], first.GetProperty("nextMistake").GetInt32());
        Assert.Equal(JsonValueKind.Null, last.GetProperty("nextMistake").ValueKind);
        Assert.Equal(JsonValueKind.Null, right.GetProperty("mistake").ValueKind);
        Assert.Equal(ranked[0], right.GetProperty("nextMistake").GetInt32());
        Assert.Equal((JsonValueKind.Null, 1), (right.GetProperty("previous").ValueKind, right.GetProperty("next").GetInt32()));
    }

    [Fact]
    public async Task What_is_not_computed_comes_with_the_command_that_computes_it()
    {
        JsonElement example = await shared.Workbench.GetAsync("/api/runs/foreign/example/test/3");

        Assert.Equal(
            "tessar predict foreign --targets test:0-199",
            example.GetProperty("predictionProblem").GetProperty("command").GetString());
        Assert.Equal(JsonValueKind.Null, example.GetProperty("prediction").ValueKind);
        Assert.Equal(9, example.GetProperty("classes").GetArrayLength() - 1);
    }

    [Fact]
    public async Task Damaged_predictions_are_a_problem_of_their_panel_only()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe());
        string file = workbench.Find("demo", "results/predictions", "arrays.safetensors");
        await File.WriteAllBytesAsync(file, [1, 2, 3], TestContext.Current.CancellationToken);

        JsonElement example = await workbench.GetAsync("/api/runs/demo/example/test/0");

        Assert.Equal("file-damaged", example.GetProperty("predictionProblem").GetProperty("code").GetString());
        JsonElement influences = await workbench.GetAsync("/api/runs/demo/lenses/data/example/test/0");
        Assert.Equal(JsonValueKind.Object, influences.GetProperty("attribution").ValueKind);
        await workbench.GetProblemAsync(
            "/api/runs/demo/lenses/data/mistakes", HttpStatusCode.UnprocessableEntity, "file-damaged");
    }

    [Theory]
    [InlineData("test/2000", HttpStatusCode.NotFound, "example-missing")]
    [InlineData("validation/0", HttpStatusCode.NotFound, "split-unknown")]
    [InlineData("test/-1", HttpStatusCode.BadRequest, "number-wrong")]
    [InlineData("test/first", HttpStatusCode.BadRequest, "number-wrong")]
    [InlineData("test/99999999999", HttpStatusCode.BadRequest, "number-wrong")]
    public Task Example_that_is_not_there_is_a_named_problem(string address, HttpStatusCode status, string code) =>
        shared.Workbench.GetProblemAsync($"/api/runs/demo/example/{address}", status, code);
}
