namespace Tessar.Runs.Retraining;

/// <summary>
/// Trains one program many times, on subsets of its examples or from different seeds, and keeps what each answers.
/// </summary>
/// <remarks>
/// A method that needs such trainings (datamodels, the linear datamodeling score, leave-one-out) asks for this interface; whether
/// this process, child processes or a cluster does the work is decided by whoever calls the method. Whichever it is, the numbers
/// are the same, bit for bit, on the same kind of machine with the same number of threads a training.
/// </remarks>
public interface IRetrainer
{
    /// <summary>Carries out the trainings that aren't done yet.</summary>
    /// <param name="request">What to train, on which subsets, and where to keep it.</param>
    /// <param name="progress">Hears of every finished training.</param>
    /// <param name="cancellation">Stops; finished trainings are kept, and the same request goes on with the others.</param>
    /// <returns>All outputs. Asked again for the same, it trains nothing and returns them.</returns>
    /// <exception cref="TessarException">
    /// The folder holds another request's trainings, is being written by another process, the disk is full, or the data changed.
    /// A training that fails by itself (a loss that isn't finite, a model that throws) is marked and counted, not thrown.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    RetrainedModels Retrain(
        RetrainingRequest request, IProgress<RetrainingProgress>? progress = null, CancellationToken cancellation = default);
}

/// <summary>How far a retraining has come.</summary>
/// <param name="Done">Trainings done, failed ones included.</param>
/// <param name="Total">All trainings.</param>
/// <param name="Failed">Those that failed.</param>
/// <param name="Remaining">Time the rest will take at the rate so far; null before the first is done.</param>
public sealed record RetrainingProgress(int Done, int Total, int Failed, TimeSpan? Remaining);
