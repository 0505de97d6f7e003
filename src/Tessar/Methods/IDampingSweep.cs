using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Methods;

/// <summary>
/// An attribution method that tries many dampings at little more than the price of one: features and products are computed once.
/// </summary>
public interface IDampingSweep
{
    /// <summary>Scores for each damping, as if each had been asked for alone.</summary>
    /// <param name="run">The recorded run, or several, whose predictions are explained.</param>
    /// <param name="train">n training examples, with the labels the run was trained on.</param>
    /// <param name="targets">m examples whose prediction is explained.</param>
    /// <param name="dampings">
    /// Values of the method's option <c>damping</c>, null for the method's own choice; its own setting doesn't matter here.
    /// </param>
    /// <param name="context">Seed, progress, cancellation and limits.</param>
    /// <returns>One matrix of scores [n, m] for each damping, in their order.</returns>
    IReadOnlyList<AttributionMatrix> ScoreMany(
        RunView run, ExampleSet train, ExampleSet targets, IReadOnlyList<double?> dampings, MethodContext context);
}
