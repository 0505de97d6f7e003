using Tessar.Runs;

namespace Tessar.Cli.Json;

/// <summary>`tessar train` and `tessar import`.</summary>
internal sealed record TrainJson : JsonResult
{
    /// <summary>Name of the run.</summary>
    public required string Run { get; init; }

    /// <summary>Full path of its folder.</summary>
    public required string Directory { get; init; }

    /// <summary>`completed` or `interrupted`.</summary>
    public required string Status { get; init; }

    /// <summary>Number of trainable parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>Updates done by the last checkpoint.</summary>
    public required long Steps { get; init; }

    /// <summary>Full path of the last checkpoint.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Mean cross-entropy in nats over the last epoch, each example measured just before its update.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>Share of the last epoch's examples classified as labelled, measured likewise.</summary>
    public double? TrainAccuracy { get; init; }

    /// <summary>Mean cross-entropy in nats over the test examples.</summary>
    public double? TestLoss { get; init; }

    /// <summary>Share of the test examples classified as labelled.</summary>
    public double? TestAccuracy { get; init; }

    /// <summary>What else the run's task measures: `train/NAME`, `test/NAME`; absent for classification.</summary>
    public IReadOnlyDictionary<string, double>? Others { get; init; }

    /// <summary>Seconds of training; of an imported run, seconds of testing.</summary>
    public double? Seconds { get; init; }

    public static TrainJson Of(Run run) => new()
    {
        Run = run.Name,
        Directory = run.Directory,
        Status = ListedRun.WordOf(run.Status),
        Parameters = run.Record.Program.Parameters,
        Steps = run.Checkpoints.Count > 0 ? run.Checkpoints[^1].Step : 0,
        Checkpoint = run.Checkpoints.Count > 0 ? run.Checkpoints[^1].File : null,
        TrainLoss = run.Record.Final?.TrainLoss,
        TrainAccuracy = run.Record.Final?.TrainAccuracy,
        TestLoss = run.Record.Final?.TestLoss,
        TestAccuracy = run.Record.Final?.TestAccuracy,
        Others = run.Record.Final?.Others,
        Seconds = run.Record.Final?.Seconds,
    };
}
