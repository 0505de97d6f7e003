using System.Net;
using System.Text.Json;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Api;

public sealed class RunEndpointTests(SharedWorkbench shared)
{
    [Fact]
    public async Task Document_tells_program_figures_and_lenses()
    {
        JsonElement run = await shared.Workbench.GetAsync("/api/runs/demo");

        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.Equal(421642, run.GetProperty("parameters").GetInt64());
        Assert.Equal(Curves.Usual[^1].TestAccuracy, run.GetProperty("final").GetProperty("testAccuracy").GetDouble());
        Assert.Equal("Ankle boot", run.GetProperty("classes")[9].GetString());
        string[] facts = [.. run.GetProperty("facts").EnumerateArray()
            .SelectMany(group => group.GetProperty("facts").EnumerateArray())
            .Select(fact => $"{fact.GetProperty("name").GetString()}: {fact.GetProperty("value").GetString()}")];
        Assert.Contains("Optimiser: adamw", facts);
        Assert.Contains("Learning rate: 0.002", facts);
        Assert.Contains("Schedule: cosine, warmup steps 24", facts);
        Assert.Contains("Planted label errors: 500 (5 % of train, seed 7)", facts);
        Assert.Equal(JsonValueKind.Null, run.GetProperty("dataProblem").ValueKind);
    }

    [Fact]
    public async Task Lens_cards_hold_done_results_and_the_command_for_those_not_computed()
    {
        JsonElement run = await shared.Workbench.GetAsync("/api/runs/demo");

        JsonElement lens = Assert.Single(run.GetProperty("lenses").EnumerateArray());
        Dictionary<string, JsonElement> methods = lens.GetProperty("methods").EnumerateArray()
            .ToDictionary(method => method.GetProperty("method").GetString()!, StringComparer.Ordinal);
        Assert.Equal("done", methods["data/trak"].GetProperty("state").GetString());
        Assert.Equal(
            "test:0-199 explained by train:0-2999, 1 checkpoint, 24.7\u00A0s.",
            methods["data/trak"].GetProperty("summary").GetString());
        Assert.Equal("missing", methods["data/grad-dot"].GetProperty("state").GetString());
        Assert.Equal(
            "tessar attribute demo --method data/grad-dot --targets test:0-199",
            methods["data/grad-dot"].GetProperty("command").GetString());
    }

    [Fact]
    public async Task Result_of_other_weights_is_stale_and_says_why()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe());
        JsonFile.Edit(
            workbench.Find("demo", "results/data", "result.json"),
            json => json["inputs"]!["checkpoints"]![0]!["sha256"] = new string('0', 64));

        JsonElement run = await workbench.GetAsync("/api/runs/demo");
        JsonElement runs = await workbench.GetAsync("/api/runs");

        JsonElement card = run.GetProperty("lenses")[0].GetProperty("methods").EnumerateArray()
            .Single(method => method.GetProperty("method").GetString() == "data/trak");
        Assert.Equal("stale", card.GetProperty("state").GetString());
        Assert.Contains("weights", card.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("stale", runs.GetProperty("runs")[0].GetProperty("methods")[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task Missing_data_are_a_problem_of_the_run_and_do_not_blank_it()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe { HasPredictions = false, Methods = [] });
        JsonFile.Edit(workbench.PathOf("demo", "run.json"), json => json["program"]!["data"]!["path"] = "/nowhere/data.tess");

        JsonElement run = await workbench.GetAsync("/api/runs/demo");

        Assert.Contains(
            "/nowhere/data.tess", run.GetProperty("dataProblem").GetProperty("cause").GetString(), StringComparison.Ordinal);
        await workbench.GetProblemAsync("/api/runs/demo/example/test/0", HttpStatusCode.UnprocessableEntity, "input-unusable");
    }

    [Fact]
    public async Task Unknown_run_is_answered_with_the_nearest_name()
    {
        JsonElement problem = await shared.Workbench.GetProblemAsync("/api/runs/demoo", HttpStatusCode.NotFound, "run-missing");

        Assert.Contains("Did you mean `demo`?", problem.GetProperty("cause").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Damaged_run_is_answered_with_its_error() =>
        shared.Workbench.GetProblemAsync("/api/runs/broken", HttpStatusCode.UnprocessableEntity, "run-unreadable");
}
