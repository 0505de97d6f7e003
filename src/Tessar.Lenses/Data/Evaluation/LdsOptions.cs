using System.ComponentModel.DataAnnotations;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>Settings of <see cref="LinearDatamodeling"/>.</summary>
internal sealed record LdsOptions : EnsembleOptions
{
    /// <summary>Random subsets of the training examples to train on.</summary>
    [Range(3, 1_000_000)]
    public int Subsets { get; init; } = 100;

    /// <summary>Trainings of each subset; with one there is no noise ceiling.</summary>
    [Range(1, 1000)]
    [Option(
        ValueName = "R", NotWith = nameof(SameTrajectory), Unless = "1",
        Because = "with {0}, which replays the run's own seed once")]
    public int Seeds { get; init; } = 5;

    /// <summary>Share of the training examples in each subset.</summary>
    [Range(0.001, 0.999), Option(ValueName = "ALPHA")]
    public double Fraction { get; init; } = 0.5;

    /// <summary>
    /// Try these values of a method's option on the tuning share of the targets, and judge the best on the rest.
    /// </summary>
    [Option(ValueName = "OPTION=V,V,…")]
    public string? Sweep { get; init; }

    /// <summary>Share of the targets that a sweep is decided on.</summary>
    [Range(0.01, 0.9), Option(ValueName = "SHARE", IsRare = true, OnlyWith = nameof(Sweep))]
    public double TuningShare { get; init; } = 0.1;

    /// <summary>
    /// Judge by replays of the run itself without the left-out examples, same seed and batches, instead of fresh trainings.
    /// </summary>
    public bool SameTrajectory { get; init; }
}
