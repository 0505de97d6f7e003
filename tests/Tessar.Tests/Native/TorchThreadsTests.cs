using Tessar.Native;

namespace Tessar.Tests.Native;

public sealed class TorchThreadsTests
{
    // libtorch itself ends the process at 0.
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(int.MaxValue)]
    public void Number_of_threads_outside_of_the_range_is_refused(int threads)
    {
        int before = TorchThreads.Current;
        ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(() => TorchThreads.Set(threads));
        Assert.Contains(
            $"threads is {threads}; it must lie in [1, {TorchThreads.Most}] on this machine", e.Message,
            StringComparison.Ordinal);
        Assert.Equal(before, TorchThreads.Current);
    }

    [Fact]
    public void Most_threads_follow_from_the_machine() =>
        Assert.Equal(Math.Min(1024, Math.Max(64, 8 * Environment.ProcessorCount)), TorchThreads.Most);

    [Theory]
    [InlineData("OMP_DYNAMIC", "true", 2, "OMP_DYNAMIC=true")]
    [InlineData("OMP_DYNAMIC", " TRUE", 2, "OMP_DYNAMIC=true")]
    [InlineData("OMP_DYNAMIC", "true", 1, null)]
    [InlineData("OMP_DYNAMIC", "false", 2, null)]
    [InlineData("OMP_THREAD_LIMIT", "1", 2, "OMP_THREAD_LIMIT=1, fewer than the 2 threads")]
    [InlineData("OMP_THREAD_LIMIT", "2", 2, null)]
    [InlineData("OMP_THREAD_LIMIT", "none", 2, null)]
    public void Environment_that_would_take_threads_away_is_refused(string variable, string value, int threads, string? words)
    {
        string? objection = TorchThreads.ObjectionOfEnvironment(threads, name => name == variable ? value : null);
        if (words is null)
            Assert.Null(objection);
        else
            Assert.Contains(words, objection, StringComparison.Ordinal);
    }

    [Fact]
    public void Number_of_threads_is_what_was_set()
    {
        int before = TorchThreads.Current;
        try
        {
            TorchThreads.Set(before + 1);
            Assert.Equal(before + 1, TorchThreads.Current);
        }
        finally
        {
            TorchThreads.Set(before);
        }
    }
}
