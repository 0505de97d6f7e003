using Tessar.Models;
using Tessar.Runs;
using Tessar.Tasks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Training;

/// <summary>Records a training as a run: metrics, checkpoints, a test after every epoch.</summary>
internal sealed class RunRecorder(RunWriter writer) : ITrainingRecorder
{
    /// <inheritdoc/>
    public TrainingProgram Program => writer.Record.Program;

    /// <inheritdoc/>
    public ITask Task { get; } = TaskCatalog.Of(writer.Record.Program.Task, writer.Record.Classes);

    /// <inheritdoc/>
    public string? Remark => UnregisteredState.RemarkOn(writer.Record.Identity?.Unregistered);

    /// <inheritdoc/>
    public bool TestsEachEpoch => true;

    /// <inheritdoc/>
    public long LastCheckpoint => writer.Record.Checkpoints.Count > 0 ? writer.Record.Checkpoints[^1].Step : 0;

    /// <inheritdoc/>
    public bool IsCheckpointDue(long step, bool isEndOfEpoch, bool isLast) =>
        isLast || (Program.CheckpointEverySteps is { } every ? step % every == 0 : isEndOfEpoch);

    /// <inheritdoc/>
    public void Log(in MetricRow row) => writer.Metrics.Append(row);

    /// <inheritdoc/>
    public void Flush() => writer.Metrics.Flush();

    /// <inheritdoc/>
    public void AddCheckpoint(
        Module module, long step, int epoch, IReadOnlyDictionary<string, Tensor> optimizer,
        IReadOnlyDictionary<string, string> progress) =>
        writer.AddCheckpoint(module, step, epoch, optimizer, progress);
}
