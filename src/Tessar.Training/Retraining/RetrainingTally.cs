using System.Diagnostics;
using Tessar.Runs.Retraining;

namespace Tessar.Training.Retraining;

/// <summary>Counts finished trainings and foretells how long the rest takes. Safe for several threads.</summary>
internal sealed class RetrainingTally
{
    private readonly Lock _gate = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly IProgress<RetrainingProgress>? _progress;
    private readonly int _total;
    private readonly int _before;
    private int _done;
    private int _failed;

    public RetrainingTally(RetrainFarm farm, int pending, IProgress<RetrainingProgress>? progress)
    {
        _progress = progress;
        _total = farm.Record.Jobs;
        _before = _total - pending;
        _failed = Enumerable.Range(0, _total).Count(farm.Folder.IsFailed);
        progress?.Report(new RetrainingProgress(_before, _total, _failed, Remaining: null));
    }

    public void Add(bool isFailed)
    {
        lock (_gate)
        {
            _done++;
            _failed += isFailed ? 1 : 0;
            TimeSpan remaining = _watch.Elapsed / _done * (_total - _before - _done);
            _progress?.Report(new RetrainingProgress(_before + _done, _total, _failed, remaining));
        }
    }
}
