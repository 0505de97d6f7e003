namespace Tessar.Runs.Retraining;

/// <summary>What one training of a retraining leaves: its outputs, and a few numbers about it.</summary>
/// <param name="Outputs">One row: [targets], or [targets, classes] for logits.</param>
/// <param name="Seed">The training's seed.</param>
/// <param name="Steps">Updates.</param>
/// <param name="Final">Losses, accuracies and seconds.</param>
internal sealed record TrainingOutcome(float[] Outputs, ulong Seed, long Steps, FinalMetrics Final)
{
    /// <summary>SHA-256 of the file of its final weights; null when they aren't kept.</summary>
    public string? WeightsSha256 { get; init; }
}
