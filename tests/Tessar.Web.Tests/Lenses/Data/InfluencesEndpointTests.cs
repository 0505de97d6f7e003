using System.Net;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Lenses.Data;

public sealed class InfluencesEndpointTests(SharedWorkbench shared)
{
    // A training example whose label was changed on purpose.
    private const int Planted = 337;

    [Fact]
    public async Task Proponents_and_opponents_are_those_of_the_newest_result_with_labels_and_planted_errors()
    {
        JsonElement attribution = (await shared.Workbench.GetAsync("/api/runs/demo/lenses/data/example/test/43"))
            .GetProperty("attribution");

        Run run = shared.Workbench.Open("demo");
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store);
        AttributionResult recorded = AttributionResult.Open(AttributionResult.FoldersOf(run).Single());
        (IReadOnlyList<ScoredExample> proponents, IReadOnlyList<ScoredExample> opponents) = recorded.Top(43);
        AssertEqual(proponents, attribution.GetProperty("proponents"), train);
        AssertEqual(opponents, attribution.GetProperty("opponents"), train);
        JsonElement planted = attribution.GetProperty("opponents").EnumerateArray()
            .Single(opponent => opponent.GetProperty("index").GetInt32() == Planted);
        Assert.Equal((4, 9), (planted.GetProperty("label").GetInt32(), planted.GetProperty("storedLabel").GetInt32()));
    }

    [Fact]
    public async Task Method_of_the_query_chooses_among_results_and_an_uncovered_one_is_missing()
    {
        JsonElement newest = await shared.Workbench.GetAsync("/api/runs/both/lenses/data/example/test/0");
        JsonElement chosen = await shared.Workbench.GetAsync("/api/runs/both/lenses/data/example/test/0?method=data%2Ftrak");
        JsonElement missing = await shared.Workbench.GetAsync("/api/runs/both/lenses/data/example/test/0?method=data%2Fnone");

        Assert.Equal(
            ["data/grad-dot", "data/trak"], newest.GetProperty("methods").EnumerateArray().Select(method => method.GetString()));
        Assert.Equal("data/grad-dot", newest.GetProperty("attribution").GetProperty("method").GetString());
        Assert.Equal("data/trak", chosen.GetProperty("attribution").GetProperty("method").GetString());
        Assert.Equal("attribution-missing", missing.GetProperty("attributionProblem").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Training_example_tells_both_labels_and_the_targets_it_stands_behind()
    {
        JsonElement example = await shared.Workbench.GetAsync($"/api/runs/demo/lenses/data/example/train/{Planted}");

        AttributionResult recorded = AttributionResult.Open(AttributionResult.FoldersOf(shared.Workbench.Open("demo")).Single());
        int[] lowered = [.. Enumerable.Range(0, 200)
            .Where(target => recorded.Top(target).Opponents.Any(opponent => opponent.Train == Planted))];
        JsonElement reach = example.GetProperty("reach");
        Assert.Equal(lowered.Length, reach.GetProperty("loweredCount").GetInt32());
        Assert.Equal(
            lowered,
            reach.GetProperty("lowered").EnumerateArray().Select(target => target.GetProperty("index").GetInt32()).Order());
        Assert.Contains(43, lowered);
    }

    [Fact]
    public async Task What_is_not_computed_comes_with_the_command_and_without_jobs_with_nothing_else()
    {
        JsonElement influences = await shared.Workbench.GetAsync("/api/runs/foreign/lenses/data/example/test/3");

        Assert.Equal(
            "tessar attribute foreign --method data/trak --targets test:0-199",
            influences.GetProperty("attributionProblem").GetProperty("command").GetString());
        Assert.Equal(JsonValueKind.Null, influences.GetProperty("compute").ValueKind);
    }

    [Theory]
    [InlineData("test/2000", HttpStatusCode.NotFound, "example-missing")]
    [InlineData("validation/0", HttpStatusCode.NotFound, "split-unknown")]
    [InlineData("test/first", HttpStatusCode.BadRequest, "number-wrong")]
    public Task Example_that_is_not_there_is_a_named_problem(string address, HttpStatusCode status, string code) =>
        shared.Workbench.GetProblemAsync($"/api/runs/demo/lenses/data/example/{address}", status, code);

    [Fact]
    public async Task Stale_attribution_is_shown_and_says_why()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe());
        JsonFile.Edit(
            workbench.Find("demo", "results/data", "result.json"), json => json["inputs"]!["dataIdentity"] = new string('0', 64));

        JsonElement attribution = (await workbench.GetAsync("/api/runs/demo/lenses/data/example/test/0"))
            .GetProperty("attribution");

        Assert.Equal("stale", attribution.GetProperty("state").GetString());
        Assert.Contains("other data", attribution.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(10, attribution.GetProperty("proponents").GetArrayLength());
    }

    public static TheoryData<string, string> Damages => new()
    {
        { "result.json", "truncated" },
        { "result.json", "range" },
        { "result.json", "arrays" },
        { "arrays.safetensors", "truncated" },
        { "arrays.safetensors", "shape" },
        { "arrays.safetensors", "index" },
        { "arrays.safetensors", "missing" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Damaged_attribution_is_a_problem_of_its_panel_only(string name, string damage)
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe());
        string file = workbench.Find("demo", "results/data", name);
        Damage(file, damage);

        JsonElement influences = await workbench.GetAsync("/api/runs/demo/lenses/data/example/test/0");
        JsonElement example = await workbench.GetAsync("/api/runs/demo/example/test/0");

        JsonElement problem = influences.GetProperty("attributionProblem");
        Assert.Contains(problem.GetProperty("code").GetString(), new[] { "file-damaged", "input-unusable" });
        Assert.Contains("demo", problem.GetProperty("cause").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.GetProperty("action").GetString()!);
        Assert.Equal(JsonValueKind.Object, example.GetProperty("prediction").ValueKind);
    }

    private static void AssertEqual(IReadOnlyList<ScoredExample> expected, JsonElement list, ExampleSet train)
    {
        JsonElement[] found = [.. list.EnumerateArray()];
        Assert.Equal(
            expected.Select(influence => influence.Train), found.Select(influence => influence.GetProperty("index").GetInt32()));
        Assert.Equal(
            expected.Select(influence => influence.Score), found.Select(influence => influence.GetProperty("score").GetSingle()));
        Assert.Equal(
            expected.Select(influence => train.Label(influence.Train)),
            found.Select(influence => influence.GetProperty("label").GetInt32()));
        Assert.Equal(
            expected.Select(influence => train.StoredLabel(influence.Train)),
            found.Select(influence => influence.GetProperty("storedLabel").GetInt32()));
    }

    private static void Damage(string file, string damage)
    {
        byte[] bytes = File.ReadAllBytes(file);
        switch (damage)
        {
            case "truncated":
                File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
                break;
            case "range":
                JsonFile.Edit(file, json => json["job"]!["targets"] = "test:5-2");
                break;
            case "arrays":
                JsonFile.Edit(file, json => json["arrays"] = "../../../../demo/run.json");
                break;
            case "missing":
                File.Delete(file);
                break;
            default:
                bool isShape = damage == "shape";
                var writer = new SafetensorsWriter();
                foreach ((
                    string list, string scores) in new[] { ("proponents", "proponentScores"), ("opponents", "opponentScores") })
                {
                    int targets = isShape ? 7 : 200;
                    writer.Add(list, Enumerable.Repeat(isShape ? 0 : 3000, targets).ToArray(), targets, 1);
                    writer.Add(scores, new float[targets], targets, 1);
                }

                writer.Save(file);
                break;
        }
    }
}
