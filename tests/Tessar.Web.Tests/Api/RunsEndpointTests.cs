using System.Text.Json;
using Tessar.Web.Tests.Recording;

namespace Tessar.Web.Tests.Api;

public sealed class RunsEndpointTests(SharedWorkbench shared)
{
    [Fact]
    public async Task Runs_come_newest_first_and_one_that_cannot_be_read_comes_last_with_its_error()
    {
        JsonElement document = await shared.Workbench.GetAsync("/api/runs");

        JsonElement[] rows = [.. document.GetProperty("runs").EnumerateArray()];
        Assert.Equal(["demo", "both", "foreign", "stopped", "broken"], rows.Select(row => row.GetProperty("name").GetString()));
        Assert.Equal(
            ["completed", "completed", "completed", "interrupted", "unreadable"],
            rows.Select(row => row.GetProperty("status").GetString()));
        JsonElement problem = rows[^1].GetProperty("problem");
        Assert.Equal("run-unreadable", problem.GetProperty("code").GetString());
        Assert.Contains("run.json", problem.GetProperty("cause").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.GetProperty("action").GetString()!);
    }

    [Fact]
    public async Task Row_tells_model_data_accuracy_size_and_methods()
    {
        JsonElement document = await shared.Workbench.GetAsync("/api/runs");

        JsonElement row = document.GetProperty("runs")[0];
        Assert.Equal("cnn", row.GetProperty("model").GetString());
        Assert.Equal("fashion-mnist-mini", row.GetProperty("data").GetString());
        Assert.Equal(Curves.Usual[^1].TestAccuracy, row.GetProperty("testAccuracy").GetDouble());
        Assert.Equal(500, row.GetProperty("plantedErrors").GetInt32());
        Assert.Equal(shared.Workbench.Open("demo").Record.Created, row.GetProperty("created").GetDateTimeOffset());
        long size = new DirectoryInfo(shared.Workbench.PathOf("demo")).EnumerateFiles("*", SearchOption.AllDirectories)
            .Sum(file => file.Length);
        Assert.Equal(size, row.GetProperty("bytes").GetInt64());
        JsonElement badge = Assert.Single(row.GetProperty("methods").EnumerateArray());
        Assert.Equal(("data/trak", "done"), (badge.GetProperty("method").GetString(), badge.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Folder_without_runs_and_missing_folder_give_an_empty_table_and_the_command_for_a_first_run()
    {
        await using Workbench workbench = await Workbench.StartAsync();

        JsonElement empty = await workbench.GetAsync("/api/runs");
        Directory.Delete(workbench.Runs);
        JsonElement missing = await workbench.GetAsync("/api/runs");

        Assert.Empty(empty.GetProperty("runs").EnumerateArray());
        Assert.Empty(missing.GetProperty("runs").EnumerateArray());
        Assert.Equal("tessar demo", empty.GetProperty("command").GetString());
    }

    [Fact]
    public async Task Run_that_appears_or_changes_is_seen_by_the_next_request()
    {
        await using Workbench workbench = await Workbench.StartAsync();
        new RunRecipe { Name = "late", HasPredictions = false, Methods = [] }.Write(workbench.Runs);

        JsonElement document = await workbench.GetAsync("/api/runs");

        Assert.Equal("late", Assert.Single(document.GetProperty("runs").EnumerateArray()).GetProperty("name").GetString());
    }
}
