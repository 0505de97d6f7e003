using Tessar.Tests.Cli;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Samples;

/// <summary>The one-file program of samples/ as a reader would start it.</summary>
public sealed class AttributeSampleTests(SmallRunFixture runs)
{
    private static readonly string _source = Path.Combine(Repository.Root, "samples", "attribute.cs");

    [Fact]
    [Trait("Category", "slow")]
    public void Prints_five_images_that_raised_and_five_that_lowered()
    {
        bool isRelease = AppContext.BaseDirectory.Contains("release", StringComparison.OrdinalIgnoreCase);
        // What it refers to is built already, or this test wouldn't run.
        using IDisposable alone = CheckoutBuild.Wait();
        using ChildProcess sample = ChildProcess.StartProgram(
            "dotnet",
            ["run", "--configuration", isRelease
                ? "Release"
                : "Debug", "--property:BuildProjectReferences=false", _source, "--", runs.Tool.File("runs/small"), "7"],
                runs.Tool.Environment, runs.Tool.Folder);
        ChildResult result = sample.WaitForEnd();
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("test:7-7 is labelled Shirt. Test accuracy of small:", lines[0], StringComparison.Ordinal);
        Assert.Equal(5, lines.Count(line => line.StartsWith("raised by train:", StringComparison.Ordinal)));
        Assert.Equal(5, lines.Count(line => line.StartsWith("lowered by train:", StringComparison.Ordinal)));
    }

    [Fact]
    public void Has_at_most_thirty_lines() => Assert.InRange(File.ReadLines(_source).Count(), 1, 30);
}
