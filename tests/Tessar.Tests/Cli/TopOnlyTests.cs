using System.Text.Json;
using Tessar.Tensors;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli;

/// <summary>`tessar attribute --top-only` and `--memory`.</summary>
public sealed class TopOnlyTests(SmallRunFixture runs)
{
    private static readonly string[] _common = [
        "attribute", "small", "--targets", "test:0-4", "--top", "3", "--set", "projection-dimension=64"
    ];

    [Fact]
    public void Strongest_are_those_of_all_scores_and_the_plan_comes_first()
    {
        ChildResult streamed = runs.Tool.Run([.. _common, "--top-only", "--memory", "64MiB", "--json"]);
        Assert.Equal(0, streamed.ExitCode);
        Assert.StartsWith(
            "Plan: the 3 strongest of 200 examples, both signs, for 5 targets", streamed.Error, StringComparison.Ordinal);
        JsonElement top = JsonDocument.Parse(streamed.Output).RootElement, all = runs.Tool.Json(_common);
        Assert.True(top.GetProperty("topOnly").GetBoolean());
        Assert.False(all.TryGetProperty("topOnly", out _));
        Assert.Equal(Scores(all), Scores(top), (double a, double b) => Math.Abs(a - b) <= 1e-6 + (1e-3 * Math.Abs(a)));
        using var file = SafetensorsFile.Open(top.GetProperty("scores").GetString()!);
        Assert.Equal(
            ["opponents", "opponentScores", "proponents", "proponentScores"],
            file.Entries.Select(e => e.Name).Order(StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void Scores_that_exceed_the_memory_are_streamed_and_the_search_keeps_to_it()
    {
        // 200 · 50 scores need 120,000 bytes; the search needs less than 1 MB with its smallest blocks.
        string[] large = [
            "attribute", "small", "--targets", "test:0-49", "--top", "3", "--set", "projection-dimension=64", "--memory"
        ];
        Assert.False(runs.Tool.Json([.. large, "120000"]).TryGetProperty("topOnly", out _));
        Assert.Contains(
            "the memory budget is 119,999", runs.Tool.Fails(4, [.. large, "119999", "--quiet"]), StringComparison.Ordinal);
        string[] other = ["attribute", "small", "--targets", "test:0-49", "--method", "data/grad-dot", "--quiet", "--memory"];
        Assert.Contains("the memory budget is 119,999", runs.Tool.Fails(4, [.. other, "119999"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("can't stream its scores", "--top-only", "--method", "data/grad-dot")]
    [InlineData("`--memory` is `2 apples`; required is a size such as 512MiB", "--memory", "2 apples")]
    [InlineData("`--memory` is `0`", "--memory", "0")]
    [InlineData("--set projection=sketch", "--top-only", "--set", "projection=none")]
    public void What_cannot_be_is_said(string words, params string[] arguments) => Assert.Contains(
        words, runs.Tool.Fails(2, ["attribute", "small", "--targets", "test:0-4", .. arguments, "--quiet"]),
        StringComparison.Ordinal);

    private static double[] Scores(JsonElement result) => [.. result.GetProperty("targets").EnumerateArray().SelectMany(target =>
        target.GetProperty("proponents").EnumerateArray().Concat(target.GetProperty("opponents").EnumerateArray()))
        .Select(influence => influence.GetProperty("score").GetDouble())];
}
