using System.Globalization;

namespace Tessar.Bench;

/// <summary>What a benchmark ran on.</summary>
internal static class Machine
{
    public static string Processor()
    {
        string? line = OperatingSystem.IsLinux()
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return string.Create(
            CultureInfo.InvariantCulture, $"{line?.Split(':', 2)[1].Trim() ?? "unknown"}, {Environment.ProcessorCount} cores");
    }
}
