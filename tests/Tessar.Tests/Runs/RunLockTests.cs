using System.Globalization;
using Tessar.Runs;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Runs;

public sealed class RunLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Second_holder_is_told_who_holds_it()
    {
        using RunLock first = RunLock.Take(_folder.Path);
        Assert.True(RunLock.IsHeld(_folder.Path));
        var error = Assert.Throws<TessarException>(() => RunLock.Take(_folder.Path));
        Assert.Equal(ErrorKind.Environment, error.Kind);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"by process {Environment.ProcessId}."), error.Message,
            StringComparison.Ordinal);
        Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lock_is_free_once_given_back()
    {
        Assert.False(RunLock.IsHeld(_folder.Path));
        RunLock.Take(_folder.Path).Dispose();
        Assert.False(RunLock.IsHeld(_folder.Path));
        RunLock.Take(_folder.Path).Dispose();
    }

    [Fact]
    public void Lock_of_a_killed_process_does_not_block()
    {
        using ChildProcess child = ChildProcess.Start("hold a run's lock", _folder.Path);
        child.WaitFor("held");
        Assert.True(RunLock.IsHeld(_folder.Path));
        Assert.Contains(
            child.Id.ToString(CultureInfo.InvariantCulture),
            Assert.Throws<TessarException>(() => RunLock.Take(_folder.Path)).Message, StringComparison.Ordinal);
        child.Kill();
        Assert.False(RunLock.IsHeld(_folder.Path));
        RunLock.Take(_folder.Path).Dispose();
    }

    [Fact]
    public void Folder_that_is_missing_is_not_held() => Assert.False(RunLock.IsHeld(_folder.File("none")));

    [Scenario("hold a run's lock")]
    private static void Hold(string[] arguments)
    {
        using RunLock held = RunLock.Take(arguments[0]);
        Console.WriteLine("held");
        Console.ReadLine();
    }
}
