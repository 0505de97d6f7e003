using System.Net;
using System.Text.Json;
using Tessar.Runs;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Api;

/// <summary>A run whose process has made the folder and not yet written the record is starting; that is no error.</summary>
public sealed class StartingRunTests
{
    [Fact]
    public async Task Run_that_is_starting_is_one_in_the_table_and_on_its_page_and_becomes_readable()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe { HasPredictions = false, Methods = [] });
        string record = workbench.PathOf("demo", "run.json"), later = Path.Combine(workbench.Parent, "later");
        File.Move(record, later);
        using (RunLock.Take(workbench.PathOf("demo")))
        {
            JsonElement row = (await workbench.GetAsync("/api/runs")).GetProperty("runs")[0];
            JsonElement run = await workbench.GetAsync("/api/runs/demo");

            Assert.Equal(("demo", "starting"), (row.GetProperty("name").GetString(), row.GetProperty("status").GetString()));
            Assert.Equal(JsonValueKind.Null, row.GetProperty("problem").ValueKind);
            Assert.Equal("starting", run.GetProperty("status").GetString());
            Assert.Empty(run.GetProperty("lenses").EnumerateArray());
            foreach (string part in new[] { "metrics", "example/test/0", "lenses/data/mistakes", "lenses/data/example/test/0",
                "image/test/0.png" })
                await workbench.GetProblemAsync($"/api/runs/demo/{part}", HttpStatusCode.ServiceUnavailable, "run-starting");

            File.Move(later, record);
            JsonFile.Edit(record, json => json["status"] = "running");
            Assert.Equal("running", (await workbench.GetAsync("/api/runs/demo")).GetProperty("status").GetString());
        }
    }

    [Fact]
    public async Task Run_whose_process_died_before_its_record_was_there_is_unreadable()
    {
        await using Workbench workbench = await Workbench.StartAsync(new RunRecipe { HasPredictions = false, Methods = [] });
        File.Delete(workbench.PathOf("demo", "run.json"));

        JsonElement row = (await workbench.GetAsync("/api/runs")).GetProperty("runs")[0];

        Assert.Equal("unreadable", row.GetProperty("status").GetString());
        Assert.Equal("run-unreadable", row.GetProperty("problem").GetProperty("code").GetString());
        await workbench.GetProblemAsync("/api/runs/demo", HttpStatusCode.UnprocessableEntity, "run-unreadable");
    }
}
