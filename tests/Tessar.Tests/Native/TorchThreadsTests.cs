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
