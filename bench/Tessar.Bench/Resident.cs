using System.Globalization;

namespace Tessar.Bench;

/// <summary>Physical memory of this process, as Linux counts it.</summary>
internal static class Resident
{
    /// <summary>Highest resident size while some work ran, in MiB.</summary>
    public static double PeakOf(Action work)
    {
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5"); // resets the record
        work();
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal));
        return double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
