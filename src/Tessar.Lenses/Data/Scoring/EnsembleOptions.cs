using System.ComponentModel.DataAnnotations;

namespace Tessar.Lenses.Data.Scoring;

/// <summary>The settings that every question about scores has: whose scores they are.</summary>
internal abstract record EnsembleOptions
{
    /// <summary>Models on random halves of the training examples to look at instead of the run's own.</summary>
    [Range(0, 10_000)]
    public int Ensemble { get; init; }
}
