using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Methods;

/// <summary>
/// An attribution method that can name the strongest training examples without holding all scores: for sets whose matrix exceeds
/// memory.
/// </summary>
public interface ITopAttribution : IAttributionMethod
{
    /// <summary>Finds the training examples that raise and lower each target's output most.</summary>
    /// <param name="run">The recorded run, or several, whose predictions are explained.</param>
    /// <param name="train">n training examples, with the labels the run was trained on.</param>
    /// <param name="targets">m examples whose prediction is explained.</param>
    /// <param name="top">Examples to keep per target and direction, at least 1; at most n are kept.</param>
    /// <param name="context">Seed, progress, cancellation and limits; told the plan before the work starts.</param>
    /// <returns>What <see cref="IAttributionMethod.Score"/> would rank first, up to rounding.</returns>
    /// <exception cref="TessarException">
    /// The run, the model, the options or the memory budget don't allow it; the message says what to do.
    /// </exception>
    /// <exception cref="OperationCanceledException">Asked for by <see cref="Work.Cancellation"/>.</exception>
    TopAttribution ScoreTop(RunView run, ExampleSet train, ExampleSet targets, int top, MethodContext context);
}
