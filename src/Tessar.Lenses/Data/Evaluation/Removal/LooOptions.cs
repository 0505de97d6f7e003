using System.ComponentModel.DataAnnotations;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>Settings of <see cref="LeaveOneOut"/>.</summary>
internal sealed record LooOptions : EnsembleOptions
{
    /// <summary>Single examples to remove, half at random, half the strongest by the method.</summary>
    [Range(6, 1_000_000)]
    public int Examples { get; init; } = 100;

    /// <summary>Trainings without each of them; with one there is no noise ceiling.</summary>
    [Range(1, 1000), Option(ValueName = "R")]
    public int Seeds { get; init; } = 3;
}
