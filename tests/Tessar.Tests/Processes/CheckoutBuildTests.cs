namespace Tessar.Tests.Processes;

public sealed class CheckoutBuildTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromMilliseconds(300);

    [Fact]
    public void Only_one_process_holds_it_and_a_killed_one_lets_it_go()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("lock");
        using ChildProcess holder = ChildProcess.Start("hold the build of the checkout", path);
        holder.WaitFor("held");
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => CheckoutBuild.Wait(path, _soon).Dispose());
        holder.Kill();
        CheckoutBuild.Wait(path, TimeSpan.FromMinutes(1)).Dispose();
        CheckoutBuild.Wait(path, _soon).Dispose();
    }

    [Scenario("hold the build of the checkout")]
    private static void Hold(string[] arguments)
    {
        using IDisposable held = CheckoutBuild.Wait(arguments[0], _soon);
        Console.WriteLine("held");
        Console.ReadLine();
    }
}
