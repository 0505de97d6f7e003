using Tessar.Examples;
using Tessar.Runs.Retraining;

namespace Tessar.Training.Retraining;

/// <summary>Turns a request for one training into one for many.</summary>
public static class Retrainings
{
    /// <summary>
    /// Fills in the defaults of a training, as <see cref="Trainer.Train"/> would, for training it on every mask.
    /// </summary>
    /// <param name="training">
    /// The training; its test range are the targets, its seed decides those of all. Name, runs directory, threads and
    /// checkpoints don't matter.
    /// </param>
    /// <param name="masks">Which of its training range each training sees.</param>
    /// <param name="directory">The folder of the results.</param>
    /// <returns>
    /// A request for an <see cref="IRetrainer"/>. Warm-up and such defaults are those of a training on the first mask.
    /// </returns>
    /// <exception cref="TessarException">The training can't be carried out, or the first mask selects nothing.</exception>
    /// <exception cref="FileFormatException">The data are damaged.</exception>
    public static RetrainingRequest Plan(TrainingRequest training, ExampleMasks masks, string directory)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(masks);
        using ExampleStore store = DataCatalog.Open(training.Data);
        TrainingPlan plan = TrainingPlan.Of(training with { Mask = masks.Indices(0), CheckpointEverySteps = null }, store);
        return new RetrainingRequest
        {
            Program = plan.Program with { Mask = null },
            Masks = masks,
            Seed = training.Seed,
            Directory = directory,
            Labels = plan.Labels,
        };
    }
}
