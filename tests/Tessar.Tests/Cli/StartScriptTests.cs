using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli;

/// <summary>The script at the root of a checkout.</summary>
public sealed class StartScriptTests
{
    [Fact]
    [Trait("Category", "slow")]
    public void Starts_from_anywhere_through_a_symbolic_link_several_times_at_once()
    {
        using IDisposable alone = CheckoutBuild.Wait();
        using var folder = new TemporaryFolder();
        string link = folder.File("my-tessar");
        File.CreateSymbolicLink(link, Path.Combine(Repository.Root, "tessar"));
        ChildProcess[] starts = [.. Enumerable.Range(0, 3)
            .Select(_ => ChildProcess.StartProgram(link, ["runs"], workingDirectory: folder.Path))];
        foreach (ChildProcess start in starts)
        {
            ChildResult result = start.WaitForEnd();
            start.Dispose();
            Assert.True(result.ExitCode == 0, result.Error);
            // Relative paths are the caller's, and what it suggests to type is what was typed.
            Assert.Equal($"No runs in {folder.File("runs")} yet. Make one: {link} demo\n", result.Output);
        }
    }

    [Theory]
    [InlineData("tessar")]
    [InlineData("test")]
    [InlineData(".ci/run")]
    [InlineData("web/build")]
    public void Scripts_are_executable_and_parse(string script)
    {
        string path = Path.Combine(Repository.Root, script);
        if (!OperatingSystem.IsWindows())
            Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute), script);
        using ChildProcess check = ChildProcess.StartProgram("bash", ["-n", path]);
        Assert.Equal(0, check.WaitForEnd().ExitCode);
    }
}
