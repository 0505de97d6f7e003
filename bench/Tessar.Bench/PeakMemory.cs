using System.Globalization;

namespace Tessar.Bench;

/// <summary>Largest resident memory of this process since a moment, where the system tells: Linux.</summary>
internal static class PeakMemory
{
    /// <summary>Forgets the peak so far.</summary>
    public static void Reset()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        if (OperatingSystem.IsLinux())
            File.WriteAllText("/proc/self/clear_refs", "5");
    }

    /// <summary>The peak since, in bytes.</summary>
    public static long Bytes()
    {
        string? line = OperatingSystem.IsLinux() ? File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
        return line is null ? 0 : 1024 * long.Parse(line["VmHWM:".Length..^2].Trim(), CultureInfo.InvariantCulture);
    }
}
