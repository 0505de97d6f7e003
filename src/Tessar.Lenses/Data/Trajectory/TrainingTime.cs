using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Lenses.Data.Trajectory;

/// <summary>How long gradient descent went on: τ = Σ of the learning rates of its updates, over 1 − momentum.</summary>
internal static class TrainingTime
{
    /// <summary>τ up to a checkpoint; null where it can't be known.</summary>
    /// <param name="checkpoint">Of a recorded run, or of a training of its program on a subset.</param>
    /// <param name="store">The run's data.</param>
    /// <returns>
    /// Null for imported weights, for optimisers whose steps aren't their learning rate along the gradient, and where neither
    /// rows nor a formula tell the rates.
    /// </returns>
    public static double? Of(CheckpointView checkpoint, ExampleStore store)
    {
        Run run = checkpoint.Run;
        TrainingProgram program = run.Record.Program;
        if (!LearningRates.HasHistory(run) || !TrainingSegment.IsGradientDescent(program)
            || LearningRates.TryOf(run, store) is not { } rates)
        {
            return null;
        }

        // A training on a subset runs through the same schedule in fewer updates.
        double sum = checkpoint.Checkpoint.OwnUpdates is { } own
            ? rates.Sum(0, rates.Updates) * own / rates.Updates
            : rates.Sum(0, checkpoint.Checkpoint.Step);
        return sum / (1 - TrainingSegment.MomentumOf(program));
    }
}
