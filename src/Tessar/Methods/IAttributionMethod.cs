using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Methods;

/// <summary>Answers: which training examples made this prediction?</summary>
public interface IAttributionMethod
{
    /// <summary>Scores how much each training example moved each target's output.</summary>
    /// <param name="run">The recorded run, or several, whose predictions are explained.</param>
    /// <param name="train">n training examples, with the labels the run was trained on.</param>
    /// <param name="targets">m examples whose prediction is explained.</param>
    /// <param name="context">Seed, progress, cancellation and limits.</param>
    /// <returns>Scores [n, m]; positive means that having the training example raises the target's output.</returns>
    /// <exception cref="TessarException">
    /// The run, the model or the options don't allow it; the message says what to do.
    /// </exception>
    /// <exception cref="OperationCanceledException">Asked for by <see cref="Work.Cancellation"/>.</exception>
    AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context);

    /// <summary>Scores how much each training example supports its own label: τ_ii. Wrong labels score high.</summary>
    /// <param name="run">The recorded run, or several.</param>
    /// <param name="train">n training examples, with the labels the run was trained on.</param>
    /// <param name="context">Seed, progress, cancellation and limits.</param>
    /// <returns>One number per example, [n].</returns>
    float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context);
}
