namespace Tessar.Methods;

/// <summary>One training example's influence on one target.</summary>
/// <param name="Train">Index of the example inside the train set, 0-based.</param>
/// <param name="Score">Positive: having it raises the target's output.</param>
public readonly record struct ScoredExample(int Train, float Score);
