namespace Tessar.Runs.Retraining;

/// <summary>What one training of a retraining leaves: its outputs, and a few numbers about it.</summary>
/// <param name="Outputs">One row: [targets], or [targets, classes] for logits.</param>
/// <param name="Seed">The training's seed.</param>
/// <param name="Steps">Updates.</param>
/// <param name="Final">Losses, accuracies and seconds.</param>
internal sealed record TrainingOutcome(float[] Outputs, ulong Seed, long Steps, FinalMetrics Final);
