using Tessar.Runs;

namespace Tessar.Cli.Json;

/// <summary>`tessar runs`.</summary>
internal sealed record RunsJson : JsonResult
{
    /// <summary>Full path of the folder of the runs.</summary>
    public required string Folder { get; init; }

    /// <summary>The newest first; runs that can't be read come last.</summary>
    public required IReadOnlyList<ListedRun> Runs { get; init; }
}

/// <summary>One run; of one that can't be read only name, directory and error.</summary>
internal sealed record ListedRun
{
    /// <summary>Name of the run.</summary>
    public required string Name { get; init; }

    /// <summary>Full path of its folder.</summary>
    public required string Directory { get; init; }

    /// <summary>Why the run can't be read.</summary>
    public string? Error { get; init; }

    /// <summary>`trained` or `imported`.</summary>
    public string? Kind { get; init; }

    /// <summary>
    /// `starting` (only name, directory and this are known), `running`, `completed`, `interrupted` or `failed`.
    /// </summary>
    public string? Status { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The architecture.</summary>
    public string? Model { get; init; }

    /// <summary>Number of trainable parameters.</summary>
    public long? Parameters { get; init; }

    /// <summary>The data set.</summary>
    public string? Data { get; init; }

    /// <summary>Passes over the training examples; absent for imported weights.</summary>
    public int? Epochs { get; init; }

    /// <summary>Number of training labels changed on purpose.</summary>
    public int? ChangedLabels { get; init; }

    /// <summary>Mean cross-entropy in nats over the last epoch, each example measured just before its update.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>Share of the last epoch's examples classified as labelled, measured likewise.</summary>
    public double? TrainAccuracy { get; init; }

    /// <summary>Mean cross-entropy in nats over the test examples.</summary>
    public double? TestLoss { get; init; }

    /// <summary>Share of the test examples classified as labelled.</summary>
    public double? TestAccuracy { get; init; }

    /// <summary>Seconds of training.</summary>
    public double? Seconds { get; init; }

    public static ListedRun Of(RunSummary summary)
    {
        if (summary.Run is null && RunCatalog.IsStarting(summary.Directory))
            return new ListedRun { Name = summary.Name, Directory = summary.Directory, Status = "starting" };
        if (summary.Run is not { } run)
            return new ListedRun { Name = summary.Name, Directory = summary.Directory, Error = summary.Error };
        RunRecord record = run.Record;
        return new ListedRun
        {
            Name = run.Name,
            Directory = run.Directory,
            Kind = record.Kind == RunKind.Trained ? "trained" : "imported",
            Status = WordOf(run.Status),
            Created = record.Created,
            Model = record.Program.Model,
            Parameters = record.Program.Parameters,
            Data = record.Program.Data.Name,
            Epochs = record.Program.Epochs,
            ChangedLabels = record.Program.Labels?.Edits,
            TrainLoss = record.Final?.TrainLoss,
            TrainAccuracy = record.Final?.TrainAccuracy,
            TestLoss = record.Final?.TestLoss,
            TestAccuracy = record.Final?.TestAccuracy,
            Seconds = record.Final?.Seconds,
        };
    }

    /// <summary>A status as `run.json` spells it.</summary>
    public static string WordOf(RunStatus status) => status switch
    {
        RunStatus.Running => "running",
        RunStatus.Completed => "completed",
        RunStatus.Interrupted => "interrupted",
        _ => "failed",
    };
}
