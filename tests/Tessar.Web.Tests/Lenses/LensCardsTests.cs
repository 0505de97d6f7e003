using System.Net;
using System.Text.Json;
using Tessar.Methods;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Lenses;

public sealed class LensCardsTests
{
    [Fact]
    public async Task Lens_of_the_given_catalogue_has_a_card_without_a_word_about_it_anywhere()
    {
        var catalog = new MethodCatalog(typeof(Tessar.Lenses.Data.Trak).Assembly, typeof(Toy).Assembly);
        await using Workbench workbench = await Workbench.StartAsync(new WorkbenchOptions { Methods = catalog }, new RunRecipe());

        JsonElement[] lenses = [.. (await workbench.GetAsync("/api/runs/demo")).GetProperty("lenses").EnumerateArray()];

        Assert.Equal(["data", "toy"], lenses.Select(lens => lens.GetProperty("lens").GetString()));
        Assert.Equal("Toy", lenses[1].GetProperty("title").GetString());
        JsonElement method = Assert.Single(lenses[1].GetProperty("methods").EnumerateArray());
        Assert.Equal(
            ("toy/weather", "missing"), (method.GetProperty("method").GetString(), method.GetProperty("state").GetString()));
        Assert.Equal("tessar methods toy/weather", method.GetProperty("command").GetString());
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
            HttpMethod.Post, "/api/jobs", "{\"run\":\"demo\",\"method\":\"toy/weather\",\"targets\":\"test:0-1\"}");

        Assert.Equal((HttpStatusCode.BadRequest, "job-wrong"), (status, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Result_of_a_method_that_the_catalogue_does_not_hold_is_on_its_card_all_the_same()
    {
        var catalog = new MethodCatalog(typeof(Toy).Assembly);
        await using Workbench workbench = await Workbench.StartAsync(new WorkbenchOptions { Methods = catalog }, new RunRecipe());

        JsonElement[] lenses = [.. (await workbench.GetAsync("/api/runs/demo")).GetProperty("lenses").EnumerateArray()];

        JsonElement data = lenses.Single(lens => lens.GetProperty("lens").GetString() == "data");
        Assert.Equal("data/trak", Assert.Single(data.GetProperty("methods").EnumerateArray()).GetProperty("method").GetString());
    }
}
