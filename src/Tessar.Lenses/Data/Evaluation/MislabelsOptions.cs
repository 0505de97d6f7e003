using System.ComponentModel.DataAnnotations;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>Settings of <see cref="Mislabels"/>.</summary>
internal sealed record MislabelsOptions
{
    /// <summary>Most suspicious examples to list.</summary>
    [Range(1, 1_000_000)]
    public int Top { get; init; } = 20;

    /// <summary>Models on random halves of the training examples to look at instead of the run's own.</summary>
    [Range(0, 10_000)]
    public int Ensemble { get; init; }
}
