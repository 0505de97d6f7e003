using System.Diagnostics;
using Tessar.Runs.Retraining;

namespace Tessar.Training.Retraining;

/// <summary>Counts finished trainings and foretells how long the rest takes. Safe for several threads.</summary>
internal sealed class RetrainingTally
{
    private readonly Lock gate = new();
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly IProgress<RetrainingProgress>? progress;
    private readonly int total;
    private readonly int before;
    private int done;
    private int failed;

    public RetrainingTally(RetrainFarm farm, int pending, IProgress<RetrainingProgress>? progress)
    {
        this.progress = progress;
        total = farm.Record.Jobs;
        before = total - pending;
        failed = Enumerable.Range(0, total).Count(farm.Folder.IsFailed);
        progress?.Report(new RetrainingProgress(before, total, failed, Remaining: null));
    }

    public void Add(bool isFailed)
    {
        lock (gate)
        {
            done++;
            failed += isFailed ? 1 : 0;
            TimeSpan remaining = watch.Elapsed / done * (total - before - done);
            progress?.Report(new RetrainingProgress(before + done, total, failed, remaining));
        }
    }
}
