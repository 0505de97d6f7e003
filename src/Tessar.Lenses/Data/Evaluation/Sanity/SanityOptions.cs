using System.ComponentModel.DataAnnotations;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation.Sanity;

/// <summary>Settings of <see cref="SanityOfScores"/>.</summary>
internal sealed record SanityOptions : EnsembleOptions
{
    /// <summary>Strongest proponents of each target that are counted.</summary>
    [Range(1, 100_000), Option(ValueName = "K")]
    public int Top { get; init; } = 10;

    /// <summary>Training examples that are given twice.</summary>
    [Range(1, 100_000)]
    public int Copies { get; init; } = 50;
}
