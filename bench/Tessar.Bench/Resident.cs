using System.Globalization;

namespace Tessar.Bench;

/// <summary>Physical memory of this process, as Linux counts it.</summary>
internal static class Resident
{
    private const double Mebibyte = 1 << 20;

    /// <summary>Forgets the highest resident size so far.</summary>
    public static void Restart()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        File.WriteAllText("/proc/self/clear_refs", "5");
    }

    /// <summary>The highest resident size since, in bytes.</summary>
    public static long Peak() => Status("VmHWM");

    /// <summary>Highest resident size while some work ran, in MiB.</summary>
    public static double PeakOf(Action work)
    {
        Restart();
        work();
        return Peak() / Mebibyte;
    }

    /// <summary>A size from the process's status, in bytes.</summary>
    public static long Status(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(name + ":", StringComparison.Ordinal));
        return 1024 * long.Parse(
            line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
