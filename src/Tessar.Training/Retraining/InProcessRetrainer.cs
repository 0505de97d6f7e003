using System.Diagnostics;
using Tessar.Native;
using Tessar.Runs.Retraining;

namespace Tessar.Training.Retraining;

/// <summary>Retrains one model after the other in this process.</summary>
/// <remarks>
/// For a handful of trainings, or where no other process may be started. libtorch isn't trusted under concurrent callers, so
/// several at once need processes: <see cref="ProcessRetrainer"/>. The numbers are the same for the same number of threads.
/// </remarks>
/// <param name="threads">
/// Threads of libtorch's kernels in each training, in [1, 1024]; 1 by default, as for child processes.
/// </param>
public sealed class InProcessRetrainer(int threads = 1) : IRetrainer
{
    /// <inheritdoc/>
    public RetrainedModels Retrain(
        RetrainingRequest request, IProgress<RetrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using RetrainFarm farm = RetrainFarm.Open(request, threads);
        IReadOnlyList<int> pending = farm.Pending(request.RetryFailed);
        if (pending.Count > 0)
        {
            var tally = new RetrainingTally(farm, pending.Count, progress);
            using var training = new SubsetTraining(farm.Folder);
            foreach (int job in pending)
            {
                cancellation.ThrowIfCancellationRequested();
                RetrainingWorker.Carry(farm.Folder, training, job, cancellation);
                tally.Add(farm.Folder.IsFailed(job));
            }
        }

        return farm.Finish();
    }
}
