using System.ComponentModel.DataAnnotations;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>Settings of <see cref="BrittlePredictions"/>.</summary>
internal sealed record BrittlenessOptions : EnsembleOptions
{
    /// <summary>Targets: the first that the run predicts correctly.</summary>
    [Range(1, 100_000)]
    public int Count { get; init; } = 30;

    /// <summary>Shares of the training examples to remove; 0 is always among them.</summary>
    [Shares, Option(ValueName = "SHARE,SHARE,…")]
    public IReadOnlyList<double> Shares { get; init; } = [0.01, 0.02, 0.05, 0.1];

    /// <summary>Trainings of each removal, which vote.</summary>
    [Range(1, 1000), Option(ValueName = "R")]
    public int Seeds { get; init; } = 3;

    /// <summary>Random removals of each size.</summary>
    [Range(1, 10_000)]
    [Option(ValueName = "D", NotWith = nameof(Bisect), Because = "with {0}, which tries no random removals")]
    public int Draws { get; init; } = 10;

    /// <summary>Search each target's smallest k up to the largest share instead of trying every share.</summary>
    public bool Bisect { get; init; }
}
