using System.Net;
using System.Text.Json;
using Tessar.Methods;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Lenses;

public sealed class LensCardsTests
{
    [Fact]
    public async Task Lens_of_the_given_catalog_has_a_card_without_a_word_about_it_anywhere()
    {
        var catalog = new MethodCatalog(typeof(Tessar.Lenses.Data.Trak).Assembly, typeof(Toy).Assembly);
        await using Workbench workbench = await Workbench.StartAsync(new WorkbenchOptions { Methods = catalog }, new RunRecipe());

        JsonElement[] lenses = [.. (await workbench.GetAsync("/api/runs/demo")).GetProperty("lenses").EnumerateArray()];

        Assert.Equal(["data", "odd", "toy"], lenses.Select(lens => lens.GetProperty("lens").GetString()));
        Assert.Equal("Odd", lenses[1].GetProperty("title").GetString());
        Assert.Equal(JsonValueKind.Null, lenses[1].GetProperty("command").ValueKind);
        JsonElement method = Assert.Single(lenses[1].GetProperty("methods").EnumerateArray());
        Assert.Equal(
            ("odd/weather", "missing"), (method.GetProperty("method").GetString(), method.GetProperty("state").GetString()));
        Assert.Equal("tessar methods odd/weather", method.GetProperty("command").GetString());
    }

    [Fact]
    public async Task Lens_that_says_its_question_and_verb_has_them_on_its_card()
    {
        await using Workbench workbench = await Workbench.StartAsync(
            new WorkbenchOptions { Methods = ToyResults.Catalog, JobProgram = JobScript.Of("true") }, new RunRecipe());

        JsonElement[] lenses = [.. (await workbench.GetAsync("/api/runs/demo")).GetProperty("lenses").EnumerateArray()];

        Assert.Equal(
            ("How dark are the images of each class?", "tessar shade", "toy/mean-shade"),
            (lenses[2].GetProperty("question").GetString(), lenses[2].GetProperty("command").GetString(),
                lenses[2].GetProperty("defaultMethod").GetString()));
        Assert.Equal(JsonValueKind.Null, lenses[2].GetProperty("targets").ValueKind);
        Assert.Equal("test:0-199", lenses[0].GetProperty("targets").GetString());
        JsonElement method = Assert.Single(lenses[2].GetProperty("methods").EnumerateArray());
        Assert.Equal(
            ("toy/mean-shade", "The mean gray value of each class.", "tessar shade demo --method toy/mean-shade", true),
            (method.GetProperty("method").GetString(), method.GetProperty("summary").GetString(),
                method.GetProperty("command").GetString(), method.GetProperty("canCompute").GetBoolean()));
        Assert.False(lenses[1].GetProperty("methods")[0].GetProperty("canCompute").GetBoolean());
    }

    [Fact]
    public async Task Result_of_a_lens_without_a_view_is_done_or_stale_on_its_card()
    {
        await using Workbench workbench = await Workbench.StartAsync(
            new WorkbenchOptions { Methods = ToyResults.Catalog }, new RunRecipe());
        ToyResults.Write(workbench.Open("demo"), staleToo: false);
        Assert.Equal(("done", "train:0-2999, 0.3\u00A0s."), await StateAsync());
        JsonFile.Edit(
            workbench.Find("demo", "results/toy", "result.json"), json => json["inputs"]!["dataIdentity"] = "sha256:other");
        Assert.Equal("stale", (await StateAsync()).State);

        async Task<(string? State, string? Summary)> StateAsync()
        {
            JsonElement run = await workbench.GetAsync("/api/runs/demo");
            JsonElement toy = run.GetProperty("lenses").EnumerateArray()
                .Single(lens => lens.GetProperty("lens").GetString() == "toy").GetProperty("methods")[0];
            return (toy.GetProperty("state").GetString(), toy.GetProperty("summary").GetString());
        }
    }

    [Fact]
    public async Task Job_of_a_lens_that_is_asked_about_the_run_as_a_whole_takes_no_targets()
    {
        var options = new WorkbenchOptions
        {
            Methods = ToyResults.Catalog,
            JobProgram = JobScript.Of("for RUNS; do :; done; printf '%s\\n' \"$@\" > \"$RUNS/words\"")
        };
        await using Workbench workbench = await Workbench.StartAsync(
            options, new RunRecipe { HasPredictions = false, Methods = [] });

        (HttpStatusCode refused, JsonElement problem) = await workbench.ChangeAsync(
            HttpMethod.Post, "/api/jobs", "{\"run\":\"demo\",\"method\":\"toy/mean-shade\",\"targets\":\"test:0-1\"}");
        (HttpStatusCode status, JsonElement job) = await workbench.ChangeAsync(
            HttpMethod.Post, "/api/jobs", "{\"run\":\"demo\",\"method\":\"toy/mean-shade\"}");

        Assert.Equal((HttpStatusCode.BadRequest, "job-wrong"), (refused, problem.GetProperty("code").GetString()));
        Assert.Equal(
            (HttpStatusCode.Accepted, "tessar shade demo --method toy/mean-shade"),
            (status, job.GetProperty("command").GetString()));
        string words = workbench.PathOf("words");
        while (!File.Exists(words) || new FileInfo(words).Length == 0)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(
            ["shade", "demo", "--method", "toy/mean-shade", "--json", "--runs", workbench.Runs],
            await File.ReadAllLinesAsync(words, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Lens_that_has_no_command_cannot_be_made_a_job()
    {
        var options = new WorkbenchOptions
        {
            Methods = new MethodCatalog(typeof(Toy).Assembly),
            JobProgram = JobScript.Of("true")
        };
        await using Workbench workbench = await Workbench.StartAsync(
            options, new RunRecipe { HasPredictions = false, Methods = [] });

        (HttpStatusCode status, JsonElement problem) = await workbench.ChangeAsync(
            HttpMethod.Post, "/api/jobs", "{\"run\":\"demo\",\"method\":\"odd/weather\",\"targets\":\"test:0-1\"}");

        Assert.Equal((HttpStatusCode.BadRequest, "job-wrong"), (status, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Result_of_a_method_that_the_catalog_does_not_hold_is_on_its_card_all_the_same()
    {
        var catalog = new MethodCatalog(typeof(Toy).Assembly);
        await using Workbench workbench = await Workbench.StartAsync(new WorkbenchOptions { Methods = catalog }, new RunRecipe());

        JsonElement[] lenses = [.. (await workbench.GetAsync("/api/runs/demo")).GetProperty("lenses").EnumerateArray()];

        JsonElement data = lenses.Single(lens => lens.GetProperty("lens").GetString() == "data");
        Assert.Equal("data/trak", Assert.Single(data.GetProperty("methods").EnumerateArray()).GetProperty("method").GetString());
    }
}
