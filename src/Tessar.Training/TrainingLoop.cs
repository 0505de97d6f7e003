using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Tessar.Examples;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Tensors;
using Tessar.Training.Averages;
using Tessar.Training.Loading;
using Tessar.Training.Loading.Pipeline;
using Tessar.Training.Optimizers;
using Tessar.Training.Schedules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Training;

/// <summary>Carries a run from one step to its end, or until it is cancelled.</summary>
/// <remarks>
/// What happens at a step depends on the program, the step and the weights, never on when the process began: batch order and
/// draws come from (seed, epoch) and (seed, step). So a run that was stopped goes on as if it hadn't been.
/// </remarks>
internal sealed class TrainingLoop : IDisposable
{
    private const int RowsPerEpoch = 50;
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(1);

    private readonly ITrainingRecorder recorder;
    private readonly TrainingProgram program;
    private readonly ExampleSet train;
    private readonly ExampleSet test;
    private readonly Module<Tensor, Tensor> model;
    private readonly Optimizer optimizer;
    private readonly RunningAverage? average;
    private readonly EvaluationWeights weights;
    private readonly Tensor[] parameters;
    private readonly Schedule schedule;
    private readonly ExampleLoader loader;
    private readonly long stepsPerEpoch;
    private readonly long totalSteps;
    private readonly long stepsPerRow;
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private TrainingCursor start = new();
    private TrainingCursor cursor = new();
    private TimeSpan lastFlush;
    private string? remark;
    private LoaderEpoch? feed;
    private float[]? testLogits;
    private (double Loss, double Accuracy)? testScore;

    /// <summary>Readies a loop; the arguments stay the caller's.</summary>
    public TrainingLoop(
        ITrainingRecorder recorder, ExampleSet train, ExampleSet test, Module<Tensor, Tensor> model, Optimizer optimizer,
        int loaderWorkers = 1)
    {
        this.recorder = recorder;
        program = recorder.Program;
        this.train = train;
        this.test = test;
        this.model = model;
        this.optimizer = optimizer;
        parameters = [.. optimizer.Parameters.Items.Select(p => p.Value)];
        schedule = Schedule.Choices.Create(program.Schedule!);
        average = program.WeightAverage is { } chosen ? RunningAverage.Choices.Create(chosen, optimizer.Parameters) : null;
        weights = new EvaluationWeights(model, optimizer, average, _ => Settle());
        stepsPerEpoch = program.StepsPerEpoch(train.Count);
        totalSteps = checked(stepsPerEpoch * program.Epochs!.Value);
        stepsPerRow = Math.Max(1, stepsPerEpoch / RowsPerEpoch);
        loader = new ExampleLoader(LoaderPlan.Of(train, program, loaderWorkers));
    }

    /// <summary>Takes up the place and the state that a checkpoint keeps besides the weights, which the model holds already.</summary>
    /// <exception cref="TessarException">The checkpoint's state is missing or doesn't fit.</exception>
    public void GoOnFrom(Checkpoint checkpoint) => start = cursor = TrainingState.Restore(checkpoint, optimizer, weights);

    /// <summary>Logits of the test set under the last weights, [examples, classes]; known once <see cref="Run"/> returned true.</summary>
    public float[] TestLogits => testLogits ?? throw new InvalidOperationException("The training isn't done yet.");

    /// <summary>The last measurements; known once <see cref="Run"/> returned true.</summary>
    public FinalMetrics Final => new(cursor.Epoch.Loss, cursor.Epoch.Accuracy, testScore?.Loss, testScore?.Accuracy, Seconds);

    /// <summary>Writes the weights that are measured and kept, without the optimiser's state.</summary>
    /// <param name="path">A safetensors file; its folder is made.</param>
    /// <exception cref="TessarException">It can't be written.</exception>
    public void SaveWeights(string path)
    {
        weights.Show();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        StateDict.Save(model, path);
    }

    /// <summary>Updates done so far, those before an interruption included.</summary>
    public long Step => cursor.Step;

    /// <summary>Time spent here, interruptions before it left out.</summary>
    public TimeSpan Elapsed => watch.Elapsed;

    private double Seconds => start.Seconds + watch.Elapsed.TotalSeconds;

    /// <summary>Trains to the end of the program, or to the next safe place once cancelled.</summary>
    /// <returns>True when the program is done; false when it was cancelled. A checkpoint is written in both cases.</returns>
    /// <exception cref="NumericalException">The loss or a weight isn't finite.</exception>
    /// <exception cref="GradientException">The model can't be differentiated.</exception>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public bool Run(IProgress<TrainingProgress>? progress, CancellationToken cancellation) => RunTo(totalSteps, progress, cancellation);

    /// <summary>The same to an earlier step.</summary>
    /// <param name="last">Updates to have done in the end, at most those of the program.</param>
    /// <param name="progress">Hears of every update.</param>
    /// <param name="cancellation">As there.</param>
    public bool RunTo(long last, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            model.train();
            TestIfDue(cancellation);
            while (cursor.Step < last)
            {
                cancellation.ThrowIfCancellationRequested();
                double loss = TrainOneBatch();
                LogIfDue();
                TestIfDue(cancellation);
                if (IsCheckpointDue())
                    SaveCheckpoint();
                FlushIfDue();
                progress?.Report(Progress(loss));
            }

            if (testLogits is null && cursor.Step == totalSteps)
                MeasureTest(cancellation); // resumed after the last update, or not tested before
            return true;
        }
        catch (OperationCanceledException)
        {
            if (cursor.Step > recorder.LastCheckpoint)
                SaveCheckpoint();
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        loader.Dispose();
        weights.Dispose();
        average?.Dispose();
    }

    /// <summary>One update. Returns the batch's loss.</summary>
    private double TrainOneBatch()
    {
        using var scope = NewDisposeScope();
        weights.Hide();
        using LoadedBatch batch = NextBatch();
        Tensor x = batch.Images, y = batch.Labels;
        using BatchObjective objective = Objective(x, y);
        optimizer.Step(objective, LearningRate(cursor.Step), cursor.Step + 1);
        weights.Add(cursor.Step + 1);

        ReadOnlySpan<float> answers = MemoryMarshal.Cast<byte, float>(objective.FirstAnswers.bytes);
        ReadOnlySpan<long> truth = MemoryMarshal.Cast<byte, long>(y.bytes);
        bool isFirst = cursor.Step % stepsPerEpoch == 0;
        cursor = cursor with
        {
            Step = cursor.Step + 1,
            Window = cursor.Window.Add(answers, truth),
            Epoch = (isFirst ? default : cursor.Epoch).Add(answers, truth),
        };
        return objective.FirstLoss;
    }

    private BatchObjective Objective(Tensor images, Tensor truth) => new(model, parameters, images, truth)
    {
        LabelSmoothing = program.LabelSmoothing ?? 0,
        Draws = (program.Seed!.Value, cursor.Step),
        NotFinite = NotFinite,
        Words = (program.Model, string.Create(CultureInfo.InvariantCulture, $"at step {cursor.Step}")),
    };

    private LoadedBatch NextBatch()
    {
        int epoch = (int)(cursor.Step / stepsPerEpoch);
        if (feed?.Epoch != epoch)
            feed = loader.Epoch(epoch, cursor.Step % stepsPerEpoch * program.BatchSize!.Value);
        using Waiting.Note waiting = Waiting.For("the data of step {1}", number: cursor.Step);
        return feed.MoveNext() ? feed.Current : throw new InvalidOperationException($"Epoch {epoch} ended before its last step.");
    }

    private double LearningRate(long step) => program.Optimizer!["learningRate"] * schedule.Factor(step, totalSteps);

    private int EpochOfLastUpdate => (int)(Math.Max(0, cursor.Step - 1) / stepsPerEpoch);

    private bool IsEndOfEpoch => cursor.Step > 0 && cursor.Step % stepsPerEpoch == 0;

    private bool IsCheckpointDue() => recorder.IsCheckpointDue(cursor.Step, IsEndOfEpoch, cursor.Step == totalSteps);

    private void LogIfDue()
    {
        if (cursor.Step % stepsPerRow != 0 && !IsEndOfEpoch)
            return;
        recorder.Log(new MetricRow(
            cursor.Step, EpochOfLastUpdate, Seconds, cursor.Window.Loss, cursor.Window.Accuracy, LearningRate: LearningRate(cursor.Step - 1)));
        cursor = cursor with { Window = default };
    }

    private void TestIfDue(CancellationToken cancellation)
    {
        if (!recorder.TestsEachEpoch || !IsEndOfEpoch || cursor.TestedAt == cursor.Step)
            return;
        (double loss, double accuracy) = MeasureTest(cancellation);
        recorder.Log(new MetricRow(cursor.Step, EpochOfLastUpdate, Seconds, TestLoss: loss, TestAccuracy: accuracy));
        cursor = cursor with { TestedAt = cursor.Step };
    }

    private (double Loss, double Accuracy) MeasureTest(CancellationToken cancellation)
    {
        weights.Show();
        int classes = recorder.Classes;
        float[] answers = Predictor.Logits(model, test, program.Input, classes, progress: null, cancellation);
        testLogits = answers;
        testScore = LogitMath.Score(answers, test, classes);
        return testScore.Value;
    }

    private void SaveCheckpoint()
    {
        weights.Show();
        TrainingCursor now = cursor with { Seconds = Seconds };
        recorder.AddCheckpoint(model, cursor.Step, EpochOfLastUpdate, weights.State, now.ToMetadata());
    }

    // Averaged weights were just put into the model.
    private void Settle()
    {
        if (!BatchNormStatistics.AreKept(model))
            return;
        BatchNormStatistics.Estimate(model, train, program, cursor.Step);
        remark = "The model's batch-norm statistics belong to the weights in training; for the averaged weights that are measured and "
            + $"kept they are estimated anew, from {BatchNormStatistics.BatchCount} training batches.";
    }

    private void FlushIfDue()
    {
        if (watch.Elapsed - lastFlush < FlushInterval)
            return;
        recorder.Flush();
        lastFlush = watch.Elapsed;
    }

    private TrainingProgress Progress(double loss)
    {
        double perSecond = (cursor.Step - start.Step) / Math.Max(watch.Elapsed.TotalSeconds, 1e-9);
        return new TrainingProgress(
            EpochOfLastUpdate,
            program.Epochs!.Value,
            cursor.Step,
            totalSteps,
            perSecond * train.Count / stepsPerEpoch,
            loss,
            testScore?.Accuracy,
            TimeSpan.FromSeconds((totalSteps - cursor.Step) / perSecond))
        {
            Remark = Remarks(),
        };
    }

    private string? Remarks()
    {
        string? ofFeed = cursor.Step == start.Step + 1 ? program.Feed?.Remark($"Model `{program.Model}`") : null;
        string?[] all = [recorder.Remark, ofFeed, optimizer.Remark ?? remark];
        return all.Any(one => one is not null) ? string.Join(' ', all.Where(one => one is not null)) : null;
    }

    private NumericalException NotFinite(double loss) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The loss is {loss} at step {cursor.Step} (epoch {cursor.Step / stepsPerEpoch}, batch {cursor.Step % stepsPerEpoch} of {stepsPerEpoch}). ")
        + string.Create(
            CultureInfo.InvariantCulture,
            $"The learning rate there is {LearningRate(cursor.Step):G4}: try a tenth of it, or a longer warm-up. ")
        + (recorder.LastCheckpoint == 0 ? "No checkpoint was written before." : $"The checkpoint of step {recorder.LastCheckpoint} is kept."));
}
