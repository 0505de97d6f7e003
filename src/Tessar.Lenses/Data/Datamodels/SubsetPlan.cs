using Tessar.Runs.Retraining;
using Tessar.Tasks;

namespace Tessar.Lenses.Data.Datamodels;

/// <summary>Which trainings on subsets of the data a method wants.</summary>
/// <param name="Method">Who asks, for messages.</param>
/// <param name="Subsets">How many subsets.</param>
/// <param name="MasksOf">The subsets, so many of them; the first ones of more are the same.</param>
internal sealed record SubsetPlan(string Method, int Subsets, Func<int, ExampleMasks> MasksOf)
{
    /// <summary>Trainings of each, whose outputs are averaged.</summary>
    public required int Repeats { get; init; }

    /// <summary>What is explained.</summary>
    public required TargetOutput Output { get; init; }

    /// <summary>Decides every training's seed; of the method's own domain.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Subsets that need a model for the fit.</summary>
    public required int Least { get; init; }
}
