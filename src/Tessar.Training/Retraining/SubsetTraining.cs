using Tessar.Examples;
using Tessar.Models;
using Tessar.Native;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Tasks;
using Tessar.Training.Optimizers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Training.Retraining;

/// <summary>Carries out single trainings of a retraining, one after the other, with the data opened once.</summary>
/// <remarks>
/// A training is the run that `tessar train` would record with the same program, mask, seed and threads, without the record: same
/// order, same weights, bit for bit. Memory: one model, its optimiser and one batch. Loads libtorch and sets its threads.
/// </remarks>
internal sealed class SubsetTraining : IDisposable
{
    private readonly RetrainingFolder _folder;
    private readonly RetrainingRecord _record;
    private readonly ExampleStore _store;
    private readonly ITask _task;
    private readonly ExampleSet _train;
    private readonly ExampleSet _test;
    private readonly ExampleMasks _masks;
    private readonly ModelSource _source;
    private readonly ModelFeed _feed;
    private readonly int _threadsBefore = TorchThreads.Current;

    public SubsetTraining(RetrainingFolder folder)
    {
        _folder = folder;
        _record = RetrainingJson.Read(folder.RecordPath);
        if (_record.ModelCode is { } code && code != ModelSource.CodeOf(_record.Program.Model)?.Key)
        {
            throw new TessarException(
                $"{_record.Program.Model} was changed since the retraining in {folder.Directory} was asked for. Put the assembly "
                    + $"of then back, or "
                + "retrain under another name.", ErrorKind.InputData);
        }

        _store = RetrainFarm.OpenExamples(_record.Program);
        _task = TaskCatalog.Of(_record.Program.Task, _store);
        string labels = Path.Combine(folder.Directory, RetrainingFolder.Labels);
        LabelOverlay? overlay = _record.Program.Labels is null ? null : LabelOverlay.Load(labels, _store);
        _train = ExampleSet.Parse(_store, _record.Program.Data.Train, overlay);
        _test = ExampleSet.Parse(_store, _record.Program.Data.Test, overlay);
        _masks = ExampleMasks.Load(folder.MasksPath, _train.Count);
        TorchThreads.Set(_record.Machine.Threads);
        _source = ModelSource.Parse(_record.Program.Model);
        try
        {
            // Decided by the data and the program alone, so every worker decides the same.
            _feed = StartCheck.Of(_source, _record.Program with { Seed = _record.Seed }, _train, _test, isWholeBatch: true);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Trains one model.</summary>
    /// <param name="job">Number of the training.</param>
    /// <param name="cancellation">Ends it without a result.</param>
    /// <exception cref="TessarException">The mask selects nothing, or the model fails.</exception>
    /// <exception cref="NumericalException">The loss or a weight isn't finite.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public TrainingOutcome Train(int job, CancellationToken cancellation)
    {
        ulong seed = RetrainingFolder.SeedOf(_record, job);
        ExampleSet chosen = _train.Select(_masks.Indices(job / _record.Repeats));
        TrainingProgram program = _record.Program with { Seed = seed, Feed = _feed.Recorded };
        StartCheck.BatchOfOne(_source, program, chosen);
        using Module<Tensor, Tensor> model = _source.Create(program.Input, _task, seed, _feed);
        using Optimizer optimizer = Optimizer.For(model, program);
        using var loop = new TrainingLoop(
            new Recorder(program, _task), chosen, _test, model, optimizer, loaderWorkers: 0);
        if (!loop.Run(progress: null, cancellation))
            throw new OperationCanceledException(cancellation);
        // TestLogits were measured with these weights in place: averaged ones, where the program asks for an average.
        if (_record.KeepsWeights)
            loop.SaveWeights(_folder.WeightsPath(job));
        string? weights = _record.KeepsWeights ? FileHash.Of(_folder.WeightsPath(job)) : null;
        long steps = program.StepsPerEpoch(chosen.Count) * program.Epochs!.Value;
        return new TrainingOutcome(Outputs(loop.TestLogits), seed, steps, loop.Final) { WeightsSha256 = weights };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TorchThreads.Set(_threadsBefore);
        _store.Dispose();
    }

    private float[] Outputs(float[] logits)
    {
        if (_record.Output == RetrainingOutput.Logits)
            return logits;
        bool isLoss = _record.Output == RetrainingOutput.Loss;
        OutputFunction output = _task.Output(isLoss ? TargetOutput.NegativeLoss : TargetOutput.Margin);
        int size = logits.Length / _test.Count;
        var outputs = new float[_test.Count];
        for (int i = 0; i < outputs.Length; i++)
        {
            double value = output.Value(logits.AsSpan(i * size, size), _task.Target(_test, i));
            outputs[i] = (float)(isLoss ? -value : value);
        }

        return outputs;
    }

    /// <summary>Keeps nothing: what counts is the last measurement.</summary>
    private sealed class Recorder(TrainingProgram program, ITask task) : ITrainingRecorder
    {
        public TrainingProgram Program => program;

        public ITask Task => task;

        public bool TestsEachEpoch => false;

        public long LastCheckpoint => 0;

        public bool IsCheckpointDue(long step, bool isEndOfEpoch, bool isLast) => false;

        public void Log(in MetricRow row)
        {
        }

        public void Flush()
        {
        }

        public void AddCheckpoint(
            Module module, long step, int epoch, IReadOnlyDictionary<string, Tensor> optimizer,
            IReadOnlyDictionary<string, string> progress)
        {
        }
    }
}
