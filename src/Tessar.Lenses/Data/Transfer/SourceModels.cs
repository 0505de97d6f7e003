using System.Diagnostics;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Runs.Retraining;

namespace Tessar.Lenses.Data.Transfer;

/// <summary>Models of a run's program on sets of its classes, and what they answer on a target task.</summary>
internal sealed class SourceModels
{
    private readonly Inquiry _inquiry;
    private readonly Run _source;
    private readonly TargetTask _task;
    private readonly ExampleSet _train;
    private readonly ExampleSet _test;
    private readonly int[] _classOf;

    /// <summary>Looks at the source.</summary>
    /// <param name="inquiry">The source run.</param>
    /// <param name="task">What its models are asked.</param>
    /// <exception cref="TessarException">The source has one class only.</exception>
    public SourceModels(Inquiry inquiry, TargetTask task)
    {
        (_inquiry, _source, _task) = (inquiry, inquiry.Run, task);
        ExampleStore store = inquiry.Store;
        _train = _source.TrainSet(store);
        _test = new ExampleSet(store, _source.TestSet(store).Split, _source.TestSet(store).First, 1);
        int[] present = [.. Enumerable.Range(0, _train.Count).Select(_train.Label).Distinct().Order()];
        Classes = [.. present.Select(c => (c, store.ClassNames[c]))];
        _classOf = [.. Enumerable.Range(0, _train.Count).Select(i => Array.IndexOf(present, _train.Label(i)))];
        if (Classes.Count < 2)
            throw new TessarException(
                $"{_train} holds one class only; transfer influences need at least two.", ErrorKind.InputData);
    }

    /// <summary>The source classes that there are examples of: number and name.</summary>
    public IReadOnlyList<(int Label, string Name)> Classes { get; }

    /// <summary>Seconds spent on training.</summary>
    public double SecondsTraining { get; private set; }

    /// <summary>A random set of classes.</summary>
    public bool[] RandomSet(int size, string purpose, int number)
    {
        int[] order = [.. Enumerable.Range(0, Classes.Count)];
        new RandomStream(_inquiry.Seed, purpose, number, size).Shuffle<int>(order);
        return Set(order.Take(size));
    }

    /// <summary>All classes but some.</summary>
    public bool[] Without(IEnumerable<int> removed) => Set(Enumerable.Range(0, Classes.Count).Except(removed));

    /// <summary>
    /// Trains on each set, <paramref name="repeats"/> times, and asks the models; null for a training that failed.
    /// </summary>
    public (double[] Outputs, double Accuracy)?[] Answers(IReadOnlyList<bool[]> sets, int repeats)
    {
        var watch = Stopwatch.StartNew();
        var masks = ExampleMasks.Listed(
            _train.Count,
            [.. sets.Select(set => (IReadOnlyList<int>)[.. Enumerable.Range(0, _train.Count).Where(i => set[_classOf[i]])])]);
        RetrainingRequest request = RetrainingCache.Placed(
            RetrainingCache.For(_source, _train, _test, masks, new RandomStream(_inquiry.Seed, "source models").NextUInt64()) with
            {
                Repeats = repeats,
                KeepsWeights = true
            },
            _source);
        RetrainedModels models = _inquiry.Retrain(request);
        SecondsTraining += watch.Elapsed.TotalSeconds;
        if (models.Record.Failed.Count == models.Count)
            throw new TessarException($"Every source training failed: {models.Record.Failed[0].Reason}", ErrorKind.InputData);
        if (models.Record.Failed.Count > 0)
            _inquiry.Remark(
                $"{models.Record.Failed.Count} of {models.Count} source trainings failed and are left out: "
                    + $"{models.Record.Failed[0].Reason}");
        var answers = new (double[], double)?[models.Count];
        for (int job = 0; job < answers.Length; job++)
        {
            if (models.IsCompleted(job))
                answers[job] = _task.Of(new CheckpointView(_source, models.CheckpointOf(job)), _inquiry.Context.Cancellation);
            _inquiry.Context.Progress?.Report(new MethodProgress("transferring", job + 1, answers.Length, "models"));
        }

        return answers;
    }

    private bool[] Set(IEnumerable<int> members)
    {
        bool[] set = new bool[Classes.Count];
        foreach (int c in members)
            set[c] = true;
        return set;
    }
}
