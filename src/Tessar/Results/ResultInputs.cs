using System.Runtime.InteropServices;
using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Results;

/// <summary>What a result depends on beside its job: when any of it changes, the result is stale.</summary>
public sealed record ResultInputs
{
    /// <summary>The checkpoints that were asked about.</summary>
    public IReadOnlyList<ResultCheckpoint> Checkpoints { get; init; } = [];

    /// <summary>The runs' models: their names, or the hashes of their code where that isn't Tessar's own.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Identity of the example store.</summary>
    public required string DataIdentity { get; init; }

    /// <summary>SHA-256 of the train labels as they were used; null where none were.</summary>
    public string? LabelsSha256 { get; init; }

    /// <summary>Version of what the code computes.</summary>
    public int Code { get; init; } = ResultKey.Code;

    /// <summary>Version of the program that wrote the result, for the reader; numbers don't depend on it.</summary>
    public string Tessar { get; init; } = ThisVersion;

    private static string ThisVersion { get; } = typeof(ResultInputs).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>What a result of some checkpoints depends on.</summary>
    /// <param name="view">The checkpoints.</param>
    /// <param name="train">The training examples that were looked at; null for none.</param>
    internal static ResultInputs Of(RunView view, ExampleSet? train) => new()
    {
        Checkpoints = [.. view.Checkpoints.Select(c => ResultCheckpoint.Of(c.Run, c.Checkpoint))],
        Models = [.. view.Checkpoints.Select(c => IdentityOfModel(c.Run)).Distinct(StringComparer.Ordinal)],
        DataIdentity = train?.Store.Identity ?? view.Run.Record.Program.Data.Identity,
        LabelsSha256 = train is null ? null : HashOfLabels(train),
    };

    /// <summary>SHA-256 of a set's labels, in order.</summary>
    internal static string HashOfLabels(ExampleSet set)
    {
        int[] labels = [.. Enumerable.Range(0, set.Count).Select(set.Label)];
        return ResultKey.HashOf(MemoryMarshal.AsBytes(labels.AsSpan()));
    }

    /// <summary>
    /// What tells the model of a run from every other: its code where that isn't Tessar's own, otherwise its name.
    /// </summary>
    internal static string IdentityOfModel(Run run) => run.ModelKey is { Length: > 0 } key ? key : run.Record.Program.Model;
}

/// <summary>A checkpoint as a result remembers it.</summary>
/// <param name="Run">Name of its run.</param>
/// <param name="File">File inside the run's folder.</param>
/// <param name="Step">Optimiser updates done by then.</param>
/// <param name="Sha256">SHA-256 of the file.</param>
public sealed record ResultCheckpoint(string Run, string File, long Step, string Sha256)
{
    internal static ResultCheckpoint Of(Run run, Checkpoint checkpoint) =>
        new(run.Name, Path.GetRelativePath(run.Directory, checkpoint.File), checkpoint.Step, checkpoint.Sha256);
}
