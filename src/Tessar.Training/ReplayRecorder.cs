using Tessar.Runs;
using Tessar.Tasks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Training;

/// <summary>Compares a training with what a run recorded: the weights at its checkpoints, the metrics of its steps.</summary>
/// <remarks>Weights are written as a checkpoint would be, hashed and removed again. A replayed run isn't changed.</remarks>
internal sealed class ReplayRecorder : ITrainingRecorder
{
    private readonly Run _run;
    private readonly string _scratch;
    private readonly Dictionary<long, Checkpoint> _expected;
    private readonly Dictionary<(long Step, bool IsTest), MetricRow> _metrics = [];
    private readonly List<ReplayedCheckpoint> _replayed = [];

    public ReplayRecorder(Run run, string scratch)
    {
        (_run, _scratch) = (run, scratch);
        _expected = run.Checkpoints.ToDictionary(checkpoint => checkpoint.Step);
        foreach (MetricRow row in run.ReadMetrics())
            _metrics[(row.Step, row.TestLoss is not null)] = row;
    }

    /// <summary>The checkpoints compared so far, in order.</summary>
    public IReadOnlyList<ReplayedCheckpoint> Replayed => _replayed;

    /// <summary>Rows of metrics compared so far.</summary>
    public int Rows { get; private set; }

    /// <summary>Step of the first row that differs, or null.</summary>
    public long? FirstDifference { get; private set; }

    /// <inheritdoc/>
    public TrainingProgram Program => _run.Record.Program;

    /// <inheritdoc/>
    public ITask Task => _run.Task;

    /// <inheritdoc/>
    public bool TestsEachEpoch => true;

    /// <inheritdoc/>
    public long LastCheckpoint => long.MaxValue; // nothing has to be saved when it is cancelled

    /// <inheritdoc/>
    public bool IsCheckpointDue(long step, bool isEndOfEpoch, bool isLast) => _expected.ContainsKey(step);

    /// <inheritdoc/>
    public void Log(in MetricRow row)
    {
        if (!_metrics.TryGetValue((row.Step, row.TestLoss is not null), out MetricRow recorded))
            return;
        Rows++;
        if (!recorded.SaysTheSame(row))
            FirstDifference ??= row.Step;
    }

    /// <inheritdoc/>
    public void Flush()
    {
    }

    /// <inheritdoc/>
    public void AddCheckpoint(
        Module module, long step, int epoch, IReadOnlyDictionary<string, Tensor> optimizer,
        IReadOnlyDictionary<string, string> progress)
    {
        string path = Path.Combine(_scratch, "replayed.safetensors");
        string found = RunWriter.SaveWeights(module, path, step);
        File.Delete(path);
        _replayed.Add(new ReplayedCheckpoint(step, epoch, _expected[step].Sha256, found));
    }
}
