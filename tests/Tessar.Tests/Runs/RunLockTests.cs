using System.Globalization;
using Tessar.Runs;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Runs;

public sealed class RunLockTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Second_holder_is_told_who_holds_it()
    {
        using RunLock first = RunLock.Take(folder.Path);
        Assert.True(RunLock.IsHeld(folder.Path));
        var error = Assert.Throws<TessarException>(() => RunLock.Take(folder.Path));
        Assert.Equal(ErrorKind.Environment, error.Kind);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"by process {Environment.ProcessId}."), error.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lock_is_free_once_given_back()
    {
        Assert.False(RunLock.IsHeld(folder.Path));
        RunLock.Take(folder.Path).Dispose();
        Assert.False(RunLock.IsHeld(folder.Path));
        RunLock.Take(folder.Path).Dispose();
    }

    [Fact]
    public void Lock_of_a_killed_process_does_not_block()
    {
        using ChildProcess child = ChildProcess.Start("hold a run's lock", folder.Path);
        child.WaitFor("held");
        Assert.True(RunLock.IsHeld(folder.Path));
        Assert.Contains(
            child.Id.ToString(CultureInfo.InvariantCulture),
            Assert.Throws<TessarException>(() => RunLock.Take(folder.Path)).Message, StringComparison.Ordinal);
        child.Kill();
        Assert.False(RunLock.IsHeld(folder.Path));
        RunLock.Take(folder.Path).Dispose();
    }

    [Fact]
    public void Folder_that_is_missing_is_not_held() => Assert.False(RunLock.IsHeld(folder.File("none")));

    [Scenario("hold a run's lock")]
    private static void Hold(string[] arguments)
    {
        using RunLock held = RunLock.Take(arguments[0]);
        Console.WriteLine("held");
        Console.ReadLine();
    }
}
