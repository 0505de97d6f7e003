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
    private static readonly TimeSpan _flushInterval = TimeSpan.FromSeconds(1);

    private readonly ITrainingRecorder _recorder;
    private readonly TrainingProgram _program;
    private readonly ITask _task;
    private readonly ExampleSet _train;
    private readonly ExampleSet _test;
    private readonly Module<Tensor, Tensor> _model;
    private readonly Optimizer _optimizer;
    private readonly RunningAverage? _average;
    private readonly EvaluationWeights _weights;
    private readonly Tensor[] _parameters;
    private readonly Schedule _schedule;
    private readonly ExampleLoader _loader;
    private readonly long _stepsPerEpoch;
    private readonly long _totalSteps;
    private readonly long _stepsPerRow;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TrainingCursor _start;
    private TrainingCursor _cursor;
    private TimeSpan _lastFlush;
    private string? _remark;
    private LoaderEpoch? _feed;
    private float[]? _testLogits;
    private Measured? _testScore;

    /// <summary>Readies a loop; the arguments stay the caller's.</summary>
    public TrainingLoop(
        ITrainingRecorder recorder, ExampleSet train, ExampleSet test, Module<Tensor, Tensor> model, Optimizer optimizer,
        int loaderWorkers = 1)
    {
        _recorder = recorder;
        _program = recorder.Program;
        _task = recorder.Task;
        _start = _cursor = TrainingCursor.Start(_task);
        _train = train;
        _test = test;
        _model = model;
        _optimizer = optimizer;
        _parameters = [.. optimizer.Parameters.Items.Select(p => p.Value)];
        _schedule = Schedule.Choices.Create(_program.Schedule!);
        _average = _program.WeightAverage is { } chosen ? RunningAverage.Choices.Create(chosen, optimizer.Parameters) : null;
        _weights = new EvaluationWeights(model, optimizer, _average, _ => Settle());
        _stepsPerEpoch = _program.StepsPerEpoch(train.Count);
        _totalSteps = checked(_stepsPerEpoch * _program.Epochs!.Value);
        _stepsPerRow = Math.Max(1, _stepsPerEpoch / RowsPerEpoch);
        _loader = new ExampleLoader(LoaderPlan.Of(train, _program, loaderWorkers));
    }

    /// <summary>
    /// Takes up the place and the state that a checkpoint keeps besides the weights, which the model holds already.
    /// </summary>
    /// <exception cref="TessarException">The checkpoint's state is missing or doesn't fit.</exception>
    public void GoOnFrom(Checkpoint checkpoint) => _start = _cursor =
        TrainingState.Restore(checkpoint, _task, _optimizer, _weights);

    /// <summary>
    /// Answers to the test set under the last weights, [examples, ...]; known once <see cref="Run"/> returned true.
    /// </summary>
    public float[] TestLogits => _testLogits ?? throw new InvalidOperationException("The training isn't done yet.");

    /// <summary>The last measurements; known once <see cref="Run"/> returned true.</summary>
    public FinalMetrics Final => FinalMetrics.Of(_cursor.Epoch.Read(_task), _testScore, Seconds);

    /// <summary>Writes the weights that are measured and kept, without the optimiser's state.</summary>
    /// <param name="path">A safetensors file; its folder is made.</param>
    /// <exception cref="TessarException">It can't be written.</exception>
    public void SaveWeights(string path)
    {
        _weights.Show();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        StateDict.Save(_model, path);
    }

    /// <summary>Updates done so far, those before an interruption included.</summary>
    public long Step => _cursor.Step;

    /// <summary>Time spent here, interruptions before it left out.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;

    private double Seconds => _start.Seconds + _watch.Elapsed.TotalSeconds;

    /// <summary>Trains to the end of the program, or to the next safe place once cancelled.</summary>
    /// <returns>True when the program is done; false when it was cancelled. A checkpoint is written in both cases.</returns>
    /// <exception cref="NumericalException">The loss or a weight isn't finite.</exception>
    /// <exception cref="GradientException">The model can't be differentiated.</exception>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public bool Run(IProgress<TrainingProgress>? progress, CancellationToken cancellation) =>
        RunTo(_totalSteps, progress, cancellation);

    /// <summary>The same to an earlier step.</summary>
    /// <param name="last">Updates to have done in the end, at most those of the program.</param>
    /// <param name="progress">Hears of every update.</param>
    /// <param name="cancellation">As there.</param>
    public bool RunTo(long last, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            _model.train();
            TestIfDue(cancellation);
            while (_cursor.Step < last)
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

            if (_testLogits is null && _cursor.Step == _totalSteps)
                MeasureTest(cancellation); // resumed after the last update, or not tested before
            return true;
        }
        catch (OperationCanceledException)
        {
            if (_cursor.Step > _recorder.LastCheckpoint)
                SaveCheckpoint();
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loader.Dispose();
        _weights.Dispose();
        _average?.Dispose();
    }

    /// <summary>One update. Returns the batch's loss.</summary>
    private double TrainOneBatch()
    {
        using var scope = NewDisposeScope();
        _weights.Hide();
        using LoadedBatch batch = NextBatch();
        Tensor x = batch.Inputs, y = _task.Targets(_train, batch.Indices);
        using BatchObjective objective = Objective(x, y);
        _optimizer.Step(objective, LearningRate(_cursor.Step), _cursor.Step + 1);
        _weights.Add(_cursor.Step + 1);

        ReadOnlySpan<float> answers = MemoryMarshal.Cast<byte, float>(objective.FirstOutputs.bytes);
        bool isFirst = _cursor.Step % _stepsPerEpoch == 0;
        _cursor = _cursor with
        {
            Step = _cursor.Step + 1,
            Window = _cursor.Window.Add(_task, answers, _train, batch.Indices),
            Epoch = (isFirst ? RunningMean.None(_task) : _cursor.Epoch).Add(_task, answers, _train, batch.Indices),
        };
        return objective.FirstLoss;
    }

    private BatchObjective Objective(Tensor inputs, Tensor truth) => new(_model, _parameters, inputs, truth)
    {
        Task = _task,
        LabelSmoothing = _program.LabelSmoothing ?? 0,
        Draws = (_program.Seed!.Value, _cursor.Step),
        NotFinite = NotFinite,
        Words = (_program.Model, string.Create(CultureInfo.InvariantCulture, $"at step {_cursor.Step}")),
    };

    private LoadedBatch NextBatch()
    {
        int epoch = (int)(_cursor.Step / _stepsPerEpoch);
        if (_feed?.Epoch != epoch)
            _feed = _loader.Epoch(epoch, _cursor.Step % _stepsPerEpoch * _program.BatchSize!.Value);
        using Waiting.Note waiting = Waiting.For("the data of step {1}", number: _cursor.Step);
        return _feed.MoveNext()
            ? _feed.Current
            : throw new InvalidOperationException($"Epoch {epoch} ended before its last step.");
    }

    private double LearningRate(long step) => _program.Optimizer!["learningRate"] * _schedule.Factor(step, _totalSteps);

    private int EpochOfLastUpdate => (int)(Math.Max(0, _cursor.Step - 1) / _stepsPerEpoch);

    private bool IsEndOfEpoch => _cursor.Step > 0 && _cursor.Step % _stepsPerEpoch == 0;

    private bool IsCheckpointDue() => _recorder.IsCheckpointDue(_cursor.Step, IsEndOfEpoch, _cursor.Step == _totalSteps);

    private void LogIfDue()
    {
        if (_cursor.Step % _stepsPerRow != 0 && !IsEndOfEpoch)
            return;
        _recorder.Log(MetricRow.Trained(
            _cursor.Step, EpochOfLastUpdate, Seconds, _cursor.Window.Read(_task), LearningRate(_cursor.Step - 1)));
        _cursor = _cursor with { Window = RunningMean.None(_task) };
    }

    private void TestIfDue(CancellationToken cancellation)
    {
        if (!_recorder.TestsEachEpoch || !IsEndOfEpoch || _cursor.TestedAt == _cursor.Step)
            return;
        _recorder.Log(MetricRow.Tested(_cursor.Step, EpochOfLastUpdate, Seconds, MeasureTest(cancellation)));
        _cursor = _cursor with { TestedAt = _cursor.Step };
    }

    private Measured MeasureTest(CancellationToken cancellation)
    {
        _weights.Show();
        float[] answers = Predictor.Logits(_model, _test, _program.Input, _task, progress: null, cancellation);
        _testLogits = answers;
        return _testScore = _task.Of(answers, _test);
    }

    private void SaveCheckpoint()
    {
        _weights.Show();
        TrainingCursor now = _cursor with { Seconds = Seconds };
        _recorder.AddCheckpoint(_model, _cursor.Step, EpochOfLastUpdate, _weights.State, now.ToMetadata());
    }

    // Averaged weights were just put into the model.
    private void Settle()
    {
        if (!BatchNormStatistics.AreKept(_model))
            return;
        BatchNormStatistics.Estimate(_model, _train, _program, _cursor.Step);
        _remark =
            "The model's batch-norm statistics belong to the weights in training; for the averaged weights that are measured and "
            + $"kept they are estimated anew, from {BatchNormStatistics.BatchCount} training batches.";
    }

    private void FlushIfDue()
    {
        if (_watch.Elapsed - _lastFlush < _flushInterval)
            return;
        _recorder.Flush();
        _lastFlush = _watch.Elapsed;
    }

    private TrainingProgress Progress(double loss)
    {
        double perSecond = (_cursor.Step - _start.Step) / Math.Max(_watch.Elapsed.TotalSeconds, 1e-9);
        return new TrainingProgress(
            EpochOfLastUpdate,
            _program.Epochs!.Value,
            _cursor.Step,
            _totalSteps,
            perSecond * _train.Count / _stepsPerEpoch,
            loss,
            _testScore?[Measure.Accuracy],
            TimeSpan.FromSeconds((_totalSteps - _cursor.Step) / perSecond))
        {
            Remark = Remarks(),
        };
    }

    private string? Remarks()
    {
        string? ofFeed = _cursor.Step == _start.Step + 1
            ? _program.Feed?.Remark($"Model `{_program.Model}`", _program.Input)
            : null;
        string?[] all = [_recorder.Remark, ofFeed, _optimizer.Remark ?? _remark];
        return all.Any(one => one is not null) ? string.Join(' ', all.Where(one => one is not null)) : null;
    }

    private NumericalException NotFinite(double loss) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The loss is {loss} at step {_cursor.Step} (epoch {_cursor.Step / _stepsPerEpoch}, batch "
            + $"{_cursor.Step % _stepsPerEpoch} of {_stepsPerEpoch}). ")
        + string.Create(
            CultureInfo.InvariantCulture,
            $"The learning rate there is {LearningRate(_cursor.Step):G4}: try a tenth of it, or a longer warm-up. ")
        + (_recorder.LastCheckpoint == 0
        ? "No checkpoint was written before."
        : $"The checkpoint of step {_recorder.LastCheckpoint} is kept."));
}
