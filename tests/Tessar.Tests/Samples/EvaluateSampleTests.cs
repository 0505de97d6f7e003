using Tessar.Tests.Cli;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Samples;

/// <summary>An evaluation from a program of ten lines, as a reader would start it.</summary>
public sealed class EvaluateSampleTests(SmallRunFixture runs)
{
    private static readonly string _source = Path.Combine(Repository.Root, "samples", "evaluate.cs");

    [Fact]
    [Trait("Category", "slow")]
    public void Prints_the_score_the_command_line_prints()
    {
        bool isRelease = AppContext.BaseDirectory.Contains("release", StringComparison.OrdinalIgnoreCase);
        using ChildProcess sample = ChildProcess.StartProgram(
            "dotnet", ["run", "--configuration", isRelease ? "Release" : "Debug", _source, "--", runs.Tool.File("runs/small")],
            runs.Tool.Environment, runs.Tool.Folder);
        ChildResult result = sample.WaitForEnd();
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        double lds = runs.Tool.Json("evaluate", "lds", "small", "--subsets", "10", "--seeds", "2", "--targets", "test:0-9")
            .GetProperty("lds").GetDouble();
        Assert.Contains(
            FormattableString.Invariant($"LDS of data/trak on small: {lds:0.000}, 95 % interval"), result.Output,
            StringComparison.Ordinal);
        Assert.Contains("A perfect predictor would reach 0.", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Has_at_most_thirty_lines() => Assert.InRange(File.ReadLines(_source).Count(), 1, 30);
}
