namespace Tessar.Runs;

/// <summary>The weights of a run at one moment: a safetensors file.</summary>
/// <param name="File">The file: a full path on <see cref="Run.Checkpoints"/>, relative to the run's folder in <c>run.json</c>.</param>
/// <param name="Step">Optimiser updates done by then; 0 for imported weights.</param>
/// <param name="Epoch">The epoch the last of them belongs to, 0-based.</param>
/// <param name="Sha256">SHA-256 of the file's bytes, 64 lower-case hex digits.</param>
public sealed record Checkpoint(string File, long Step, int Epoch, string Sha256);
