using System.Text.Json;
using Tessar.Tests.Processes;
using Tessar.Tests.Snapshots;

namespace Tessar.Tests.Cli;

/// <summary>The main job from beginning to end, as the program does it on a machine without a screen.</summary>
[Trait("Category", "slow")]
public sealed class DemoTests : IDisposable
{
    private readonly Tool _tool = new() { IsProcess = true };

    public void Dispose() => _tool.Dispose();

    [Fact]
    public void Demo_finds_the_planted_errors_and_never_touches_an_earlier_run()
    {
        Directory.CreateDirectory(_tool.File("runs/demo-1")); // an earlier one
        JsonElement result = _tool.Json("demo", "--no-open", "--quiet");
        Assert.Equal("demo-2", result.GetProperty("run").GetString());
        Assert.Equal(500, result.GetProperty("plantedErrors").GetInt32());
        Assert.InRange(result.GetProperty("testAccuracy").GetDouble(), 0.84, 1);
        Assert.InRange(result.GetProperty("auroc").GetDouble(), 0.95, 1);
        Assert.InRange(result.GetProperty("foundInFirst10Percent").GetDouble(), 0.70, 1);
        Assert.InRange(
            result.GetProperty("foundInFirst5Percent").GetDouble(), 0.50,
            result.GetProperty("foundInFirst10Percent").GetDouble());
        Assert.StartsWith(
            "http://127.0.0.1:7150/r/demo-2/example/test/", result.GetProperty("url").GetString(), StringComparison.Ordinal);
        JsonElement shape = _tool.Json("show", "demo-2");
        // Predictions explained, labels ranked, and how well they were ranked.
        Assert.Equal(3, shape.GetProperty("results").GetArrayLength());
        Snapshot.Matches(
            JsonShape.Of(result, _tool.Folder).Replace(Page(result), "{page}", StringComparison.Ordinal), "json", test: "Json");
    }

    [Fact]
    public void Interrupted_demo_is_kept()
    {
        using ChildProcess demo = _tool.Start("demo", "--no-open");
        string metrics = _tool.File("runs/demo-1/metrics.arrows");
        Assert.True(SpinWait.SpinUntil(() => Tessar.Runs.MetricReader.Read(metrics).Count > 0, TimeSpan.FromMinutes(1)));
        Tool.Send("INT", demo);
        ChildResult result = demo.WaitForEnd();
        Assert.Equal(130, result.ExitCode);
        Assert.Contains("tessar train --resume demo-1", result.Error, StringComparison.Ordinal);
        Assert.Equal("interrupted", _tool.Json("show", "demo-1").GetProperty("status").GetString());
    }

    private static string Page(JsonElement result) => new Uri(result.GetProperty("url").GetString()!).AbsolutePath;
}
