using System.ComponentModel.DataAnnotations;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>Settings of <see cref="BrittlePredictions"/>.</summary>
internal sealed record BrittlenessOptions
{
    /// <summary>Targets: the first that the run predicts correctly.</summary>
    [Range(1, 100_000)]
    public int Count { get; init; } = 30;

    /// <summary>Shares of the training examples to remove; 0 is always among them.</summary>
    [Range(0.0, 1.0)]
    public IReadOnlyList<double> Shares { get; init; } = [0.01, 0.02, 0.05, 0.1];

    /// <summary>Trainings of each removal, which vote.</summary>
    [Range(1, 1000)]
    public int Seeds { get; init; } = 3;

    /// <summary>Random removals of each size.</summary>
    [Range(1, 10_000)]
    public int Draws { get; init; } = 10;

    /// <summary>Search each target's smallest k up to the largest share instead of trying every share.</summary>
    public bool Bisect { get; init; }

    /// <summary>Models on random halves of the training examples to look at instead of the run's own.</summary>
    [Range(0, 10_000)]
    public int Ensemble { get; init; }
}
