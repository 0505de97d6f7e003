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
    private readonly RetrainingFolder folder;
    private readonly RetrainingRecord record;
    private readonly ExampleStore store;
    private readonly ExampleSet train;
    private readonly ExampleSet test;
    private readonly ExampleMasks masks;
    private readonly ModelSource source;
    private readonly ModelFeed feed;
    private readonly int threadsBefore = TorchThreads.Current;

    public SubsetTraining(RetrainingFolder folder)
    {
        this.folder = folder;
        record = RetrainingJson.Read(folder.RecordPath);
        if (record.ModelCode is { } code && code != ModelSource.CodeOf(record.Program.Model)?.Key)
        {
            throw new TessarException(
                $"{record.Program.Model} was changed since the retraining in {folder.Directory} was asked for. Put the assembly of then back, or "
                + "retrain under another name.", ErrorKind.InputData);
        }

        store = RetrainFarm.OpenExamples(record.Program);
        string labels = Path.Combine(folder.Directory, RetrainingFolder.Labels);
        LabelOverlay? overlay = record.Program.Labels is null ? null : LabelOverlay.Load(labels, store);
        train = ExampleSet.Parse(store, record.Program.Data.Train, overlay);
        test = ExampleSet.Parse(store, record.Program.Data.Test, overlay);
        masks = ExampleMasks.Load(folder.MasksPath, train.Count);
        TorchThreads.Set(record.Machine.Threads);
        source = ModelSource.Parse(record.Program.Model);
        try
        {
            // Decided by the data and the program alone, so every worker decides the same.
            feed = StartCheck.Of(source, record.Program with { Seed = record.Seed }, train, test, isWholeBatch: true);
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
        ulong seed = RetrainingFolder.SeedOf(record, job);
        ExampleSet chosen = train.Select(masks.Indices(job / record.Repeats));
        TrainingProgram program = record.Program with { Seed = seed, Feed = feed.Recorded };
        StartCheck.BatchOfOne(source, program, chosen);
        using Module<Tensor, Tensor> model = source.Create(store.Image, store.ClassNames.Count, seed, feed);
        using Optimizer optimizer = Optimizer.For(model, program);
        using var loop = new TrainingLoop(new Recorder(program, store.ClassNames.Count), chosen, test, model, optimizer, loaderWorkers: 0);
        if (!loop.Run(progress: null, cancellation))
            throw new OperationCanceledException(cancellation);
        // TestLogits were measured with these weights in place: averaged ones, where the program asks for an average.
        if (record.KeepsWeights)
            loop.SaveWeights(folder.WeightsPath(job));
        string? weights = record.KeepsWeights ? FileHash.Of(folder.WeightsPath(job)) : null;
        long steps = program.StepsPerEpoch(chosen.Count) * program.Epochs!.Value;
        return new TrainingOutcome(Outputs(loop.TestLogits), seed, steps, loop.Final) { WeightsSha256 = weights };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TorchThreads.Set(threadsBefore);
        store.Dispose();
    }

    private float[] Outputs(float[] logits)
    {
        if (record.Output == RetrainingOutput.Logits)
            return logits;
        int classes = store.ClassNames.Count;
        var outputs = new float[test.Count];
        for (int i = 0; i < outputs.Length; i++)
        {
            ReadOnlySpan<float> row = logits.AsSpan(i * classes, classes);
            outputs[i] = (float)(record.Output == RetrainingOutput.Margin
                ? LogitMath.Margin(row, test.Label(i))
                : LogitMath.CrossEntropy(row, test.Label(i)));
        }

        return outputs;
    }

    /// <summary>Keeps nothing: what counts is the last measurement.</summary>
    private sealed class Recorder(TrainingProgram program, int classes) : ITrainingRecorder
    {
        public TrainingProgram Program => program;

        public int Classes => classes;

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
            Module module, long step, int epoch, IReadOnlyDictionary<string, Tensor> optimizer, IReadOnlyDictionary<string, string> progress)
        {
        }
    }
}
