using System.CommandLine;

namespace Tessar.Cli.Parsing;

/// <summary>The options every command takes.</summary>
internal sealed class GlobalOptions
{
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one JSON object on standard output and nothing else there",
        Recursive = true
    };

    public Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "No progress and no remarks, only the result",
        Recursive = true
    };

    public Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = "Show the full trace of an error",
        Recursive = true
    };

    public Setting<string> Runs { get; } = Setting.Text("runs", "--runs", "DIR", "Folder of the runs", "./runs");

    public Setting<ulong> Seed { get; } = Setting.UInt64("seed", "--seed", "N", "Seed of everything random", 1);

    public Setting<int> Threads { get; } = Setting.Int32(
        "threads", "--threads", "N", "Threads of the numerical kernels", Math.Max(1, Environment.ProcessorCount), 1, 1024)
        .ByDefault("processors of this machine");

    /// <summary>Those of the options that tessar.json and the environment can also give.</summary>
    public IReadOnlyList<Setting> Settings => [Runs, Seed, Threads];

    public void AddTo(Command root)
    {
        foreach (Setting setting in Settings)
            setting.Option!.Recursive = true;
        foreach (Option option in (Option[])[Json, Quiet, Verbose, .. Settings.Select(setting => setting.Option!)])
            root.Options.Add(option);
    }
}
