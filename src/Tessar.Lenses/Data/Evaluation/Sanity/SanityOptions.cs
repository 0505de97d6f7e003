using System.ComponentModel.DataAnnotations;

namespace Tessar.Lenses.Data.Evaluation.Sanity;

/// <summary>Settings of <see cref="SanityOfScores"/>.</summary>
internal sealed record SanityOptions
{
    /// <summary>Strongest proponents of each target that are counted.</summary>
    [Range(1, 100_000)]
    public int Top { get; init; } = 10;

    /// <summary>Training examples that are given twice.</summary>
    [Range(1, 100_000)]
    public int Copies { get; init; } = 50;

    /// <summary>Models on random halves of the training examples to look at instead of the run's own.</summary>
    [Range(0, 10_000)]
    public int Ensemble { get; init; }
}
