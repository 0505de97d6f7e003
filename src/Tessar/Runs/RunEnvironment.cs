using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Tessar.Runs;

/// <summary>What a run is computed with and on. Loads libtorch.</summary>
internal static class RunEnvironment
{
    public static RunVersions Versions() => new(
        typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion
            .Split('+')[0],
        typeof(torch.Tensor).Assembly.GetName().Version!.ToString(fieldCount: 3),
        string.Join('.', torch.__version__.Split('+')[0].Split('.').Take(3)),
        Environment.Version.ToString());

    public static RunMachine Machine() =>
        new(RuntimeInformation.OSDescription, Processor(), Environment.ProcessorCount, torch.get_num_threads());

    private static string Processor()
    {
        const string source = "/proc/cpuinfo", key = "model name";
        string? line = File.Exists(source)
            ? File.ReadLines(source).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal))
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return line is null
            ? RuntimeInformation.ProcessArchitecture.ToString()
            : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
