using Tessar.Runs;
using Tessar.Training;

namespace Tessar.Cli.Json;

/// <summary>`tessar replay`.</summary>
internal sealed record ReplayJson : JsonResult
{
    /// <summary>Name of the run.</summary>
    public required string Run { get; init; }

    /// <summary>Full path of its folder.</summary>
    public required string Directory { get; init; }

    /// <summary>True when the weights at every checkpoint have the recorded bits.</summary>
    public required bool BitEqual { get; init; }

    /// <summary>The checkpoints in order of their steps.</summary>
    public required IReadOnlyList<ReplayedCheckpointJson> Checkpoints { get; init; }

    /// <summary>Rows of metrics that were compared: losses, accuracies and learning rates.</summary>
    public required int MetricRows { get; init; }

    /// <summary>Step of the first row of metrics that differs; absent when none does.</summary>
    public long? FirstDifferentStep { get; init; }

    /// <summary>Versions and processor that aren't those of the record.</summary>
    public required IReadOnlyList<string> Differences { get; init; }

    /// <summary>Seconds the replay took.</summary>
    public required double Seconds { get; init; }

    public static ReplayJson Of(Run run, RunReplay replay) => new()
    {
        Run = run.Name,
        Directory = run.Directory,
        BitEqual = replay.IsBitEqual,
        Checkpoints = [.. replay.Checkpoints.Select(c =>
            new ReplayedCheckpointJson(c.Step, c.Epoch, c.Recorded, c.Found, c.IsEqual))],
        MetricRows = replay.MetricRows,
        FirstDifferentStep = replay.FirstDifferentStep,
        Differences = replay.Differences,
        Seconds = replay.Seconds,
    };
}

/// <summary>A checkpoint of a replayed run.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Epoch">The epoch of the last of them, from 0.</param>
/// <param name="Recorded">SHA-256 of the recorded file.</param>
/// <param name="Replayed">SHA-256 of the file the replayed weights make.</param>
/// <param name="BitEqual">Whether they are the same.</param>
internal sealed record ReplayedCheckpointJson(long Step, int Epoch, string Recorded, string Replayed, bool BitEqual);
