using System.Globalization;

namespace Tessar.Bench.DataLens;

/// <summary>The most memory a process held, as Linux counts it.</summary>
/// <param name="Resident">Everything in physical memory, pages of mapped files included.</param>
/// <param name="Anonymous">What belongs to no file: heaps, stacks, tensors.</param>
internal readonly record struct Peak(long Resident, long Anonymous)
{
    private const int MillisecondsBetweenSamples = 5;

    /// <summary>Measures while some work runs.</summary>
    public static Peak Of(Action work)
    {
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5"); // resets the record of the resident size
        long anonymous = 0;
        using var stop = new ManualResetEventSlim();
        var sampler = new Thread(() =>
        {
            do
                anonymous = Math.Max(anonymous, Read("RssAnon"));
            while (!stop.Wait(MillisecondsBetweenSamples));
        });
        sampler.Start();
        work();
        stop.Set();
        sampler.Join();
        return new Peak(Read("VmHWM"), anonymous);
    }

    private static long Read(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
