using System.ComponentModel.DataAnnotations;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>Settings of <see cref="LinearDatamodeling"/>.</summary>
internal sealed record LdsOptions
{
    /// <summary>Random subsets of the training examples to train on.</summary>
    [Range(3, 1_000_000)]
    public int Subsets { get; init; } = 100;

    /// <summary>Trainings of each subset; with one there is no noise ceiling.</summary>
    [Range(1, 1000)]
    public int Seeds { get; init; } = 5;

    /// <summary>Share of the training examples in each subset.</summary>
    [Range(0.001, 0.999)]
    public double Fraction { get; init; } = 0.5;

    /// <summary>Models on random halves of the training examples to look at instead of the run's own.</summary>
    [Range(0, 10_000)]
    public int Ensemble { get; init; }

    /// <summary>
    /// Try these values of a method's option on the tuning share of the targets, and judge the best on the rest: OPTION=V,V,…
    /// </summary>
    public string? Sweep { get; init; }

    /// <summary>Share of the targets that a sweep is decided on.</summary>
    [Range(0.01, 0.9)]
    public double TuningShare { get; init; } = 0.1;

    /// <summary>
    /// Judge by replays of the run itself without the left-out examples, same seed and batches, instead of fresh trainings.
    /// </summary>
    public bool SameTrajectory { get; init; }
}
