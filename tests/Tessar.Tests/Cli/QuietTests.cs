using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli;

/// <summary>`--quiet` leaves the result alone: what libtorch writes by itself doesn't come between.</summary>
public sealed class QuietTests(SmallRunFixture runs)
{
    [Theory]
    [InlineData("data/influence-arnoldi")]
    [InlineData("data/influence-lissa")]
    [InlineData("data/influence-cg")]
    public void Second_derivatives_warn_of_nothing(string method)
    {
        foreach (string[] quiet in (string[][])[["--quiet"], ["--json", "--quiet"]])
        {
            ChildResult result = runs.Tool.Run([
                "attribute", "small", "--method", method, "--train", "train:0-19", "--targets", "test:0", "--set", "damping=1",
                .. quiet
            ]);
            Assert.Equal((0, string.Empty), (result.ExitCode, result.Error));
        }
    }
}
