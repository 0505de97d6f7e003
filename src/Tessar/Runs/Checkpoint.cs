using System.Text.Json.Serialization;

namespace Tessar.Runs;

/// <summary>The weights of a run at one moment: a safetensors file.</summary>
/// <param name="File">
/// The file: a full path on <see cref="Run.Checkpoints"/>, relative to the run's folder in <c>run.json</c>.
/// </param>
/// <param name="Step">Optimiser updates done by then; 0 for imported weights.</param>
/// <param name="Epoch">The epoch the last of them belongs to, 0-based.</param>
/// <param name="Sha256">SHA-256 of the file's bytes, 64 lower-case hex digits.</param>
public sealed record Checkpoint(string File, long Step, int Epoch, string Sha256)
{
    /// <summary>SHA-256 of the optimiser's state beside the weights; null when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OptimizerSha256 { get; init; }

    /// <summary>
    /// The first logits of the run's reference inputs under these weights, separated by spaces, row by row; null for none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Answers { get; init; }

    /// <summary>The seed that the model was built with, where it isn't the run's own; otherwise null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ulong? Seed { get; init; }

    /// <summary>Updates of a training of its own, that the run doesn't record, such as one on a subset; otherwise null.</summary>
    [JsonIgnore]
    internal long? OwnUpdates { get; init; }
}
