using System.ComponentModel.DataAnnotations;
using Tessar.Lenses.Data.Scoring;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>Settings of <see cref="Mislabels"/>.</summary>
internal sealed record MislabelsOptions : EnsembleOptions
{
    /// <summary>Most suspicious examples to list.</summary>
    [Range(1, 1_000_000)]
    public int Top { get; init; } = 20;
}
