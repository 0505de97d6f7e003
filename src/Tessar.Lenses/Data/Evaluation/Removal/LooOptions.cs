using System.ComponentModel.DataAnnotations;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>Settings of <see cref="LeaveOneOut"/>.</summary>
internal sealed record LooOptions
{
    /// <summary>Single examples to remove, half at random, half the strongest by the method.</summary>
    [Range(6, 1_000_000)]
    public int Examples { get; init; } = 100;

    /// <summary>Trainings without each of them; with one there is no noise ceiling.</summary>
    [Range(1, 1000)]
    public int Seeds { get; init; } = 3;

    /// <summary>Models on random halves of the training examples to look at instead of the run's own.</summary>
    [Range(0, 10_000)]
    public int Ensemble { get; init; }
}
