namespace Tessar.Bench.DataLens;

/// <summary>The most memory a process held, as Linux counts it.</summary>
/// <param name="InMemory">Everything in physical memory, pages of mapped files included.</param>
/// <param name="Anonymous">What belongs to no file: heaps, stacks, tensors.</param>
internal readonly record struct Peak(long InMemory, long Anonymous)
{
    private const int MillisecondsBetweenSamples = 5;

    /// <summary>Measures while some work runs.</summary>
    public static Peak Of(Action work)
    {
        Resident.Restart();
        long anonymous = 0;
        using var stop = new ManualResetEventSlim();
        var sampler = new Thread(() =>
        {
            do
                anonymous = Math.Max(anonymous, Resident.Status("RssAnon"));
            while (!stop.Wait(MillisecondsBetweenSamples));
        });
        sampler.Start();
        work();
        stop.Set();
        sampler.Join();
        return new Peak(Resident.Peak(), anonymous);
    }
}
