using Tessar.Runs;

namespace Tessar.Training;

/// <summary>What came of executing a run once more from its <c>run.json</c>.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Checkpoints">Its checkpoints with the weights found now.</param>
/// <param name="MetricRows">Logged rows that were compared, all numbers but the seconds.</param>
/// <param name="FirstDifferentStep">Step of the first row that differs; null when none does.</param>
/// <param name="Differences">
/// What differs between then and now that bits depend on: versions, processor. Empty when nothing does.
/// </param>
/// <param name="Seconds">Time it took.</param>
public sealed record RunReplay(
    string Run,
    IReadOnlyList<ReplayedCheckpoint> Checkpoints,
    int MetricRows,
    long? FirstDifferentStep,
    IReadOnlyList<string> Differences,
    double Seconds)
{
    /// <summary>Whether every checkpoint has the recorded bits.</summary>
    public bool IsBitEqual => Checkpoints.Count > 0 && Checkpoints.All(checkpoint => checkpoint.IsEqual);

    internal static IReadOnlyList<string> DifferencesTo(RunRecord record)
    {
        RunVersions then = record.Versions, now = RunEnvironment.Versions();
        string processor = RunEnvironment.Machine().Processor;
        (string What, string Then, string Now)[] compared =
        [
            ("Tessar", then.Tessar, now.Tessar), ("TorchSharp", then.TorchSharp, now.TorchSharp),
            ("libtorch", then.Libtorch, now.Libtorch),
            (".NET", then.Dotnet, now.Dotnet), ("processor", record.Machine.Processor, processor),
        ];
        return [.. compared.Where(c => c.Then != c.Now).Select(c => $"{c.What} was {c.Then}, is {c.Now}")];
    }
}

/// <summary>One checkpoint of a replayed run.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Epoch">The epoch the last of them belongs to, 0-based.</param>
/// <param name="Recorded">SHA-256 of the recorded file.</param>
/// <param name="Found">SHA-256 of the file that the replayed weights make.</param>
public sealed record ReplayedCheckpoint(long Step, int Epoch, string Recorded, string Found)
{
    /// <summary>Whether the bits are the same.</summary>
    public bool IsEqual => Recorded == Found;
}
