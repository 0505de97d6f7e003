using System.Collections.Concurrent;
using System.Globalization;
using Tessar.Runs.Retraining;

namespace Tessar.Training.Retraining;

/// <summary>Retrains in child processes of the `tessar` tool, several at once.</summary>
/// <remarks>
/// A worker opens the data once and then trains one model after the other, in one thread unless told otherwise: that is the
/// fastest way for small models (mlp, two cores: two workers of one thread did 1.4 to 1.8 times as much as one of two). A worker
/// that dies costs the training it was at, which another one takes up; a training that ends its worker three times counts as
/// failed. Each worker holds one model and libtorch, about 300 MB; this process holds nothing.
/// </remarks>
/// <param name="worker">How workers are started; this process's own program by default, which has to be the tool.</param>
/// <param name="workers">Processes at once; by default one a core.</param>
/// <param name="threads">Threads of libtorch's kernels in each, in [1, 1024]; 1 by default.</param>
public sealed class ProcessRetrainer(WorkerCommand? worker = null, int? workers = null, int threads = 1) : IRetrainer
{
    private const int MostAttempts = 3;

    /// <inheritdoc/>
    public RetrainedModels Retrain(
        RetrainingRequest request, IProgress<RetrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        int most = workers ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(workers));
        using RetrainFarm farm = RetrainFarm.Open(request, threads);
        IReadOnlyList<int> pending = farm.Pending(request.RetryFailed);
        if (pending.Count > 0)
            Train(farm, pending, Math.Min(most, pending.Count), progress, cancellation);
        return farm.Finish();
    }

    private void Train(
        RetrainFarm farm, IReadOnlyList<int> pending, int count, IProgress<RetrainingProgress>? progress,
        CancellationToken cancellation)
    {
        var tally = new RetrainingTally(farm, pending.Count, progress);
        var queue = new ConcurrentQueue<int>(pending);
        var attempts = new ConcurrentDictionary<int, int>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        WorkerCommand command = worker ?? WorkerCommand.OfThisTool();
        var errors = new ConcurrentQueue<Exception>();
        Thread[] feeders = [.. Enumerable.Range(0, count).Select(_ => new Thread(Feed))];
        foreach (Thread feeder in feeders)
            feeder.Start();
        using (Waiting.For("{1} worker processes, each of which trains a model", number: count))
        {
            foreach (Thread feeder in feeders)
                feeder.Join();
        }

        cancellation.ThrowIfCancellationRequested();
        if (errors.TryDequeue(out Exception? first))
            throw first is TessarException known
                ? new TessarException(known.Message, known.Kind, known)
                : new InvalidOperationException(first.Message, first);

        void Feed()
        {
            try
            {
                Serve(farm, command, queue, attempts, tally, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // whoever cancelled knows
            }
            catch (Exception e)
            {
                errors.Enqueue(e); // rethrown above, on the caller's thread
                stop.Cancel();
            }
        }
    }

    private static void Serve(
        RetrainFarm farm, WorkerCommand command, ConcurrentQueue<int> queue, ConcurrentDictionary<int, int> attempts,
        RetrainingTally tally,
        CancellationToken stop)
    {
        while (!queue.IsEmpty)
        {
            stop.ThrowIfCancellationRequested();
            using WorkerProcess process = WorkerProcess.Start(command, farm.Folder.Directory);
            using CancellationTokenRegistration registration = stop.Register(process.Kill);
            while (queue.TryDequeue(out int job))
            {
                if (process.Carry(job))
                {
                    tally.Add(farm.Folder.IsFailed(job));
                    continue;
                }

                stop.ThrowIfCancellationRequested();
                if (attempts.AddOrUpdate(job, 1, (_, before) => before + 1) < MostAttempts)
                {
                    queue.Enqueue(job);
                }
                else
                {
                    farm.Folder.SaveFailure(
                        job, string.Create(CultureInfo.InvariantCulture, $"{process.Obituary()}, {MostAttempts} times"));
                    tally.Add(isFailed: true);
                }

                break; // to a new worker
            }
        }
    }
}
