using Tessar.Runs;
using Tessar.Tasks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Training;

/// <summary>What a training leaves behind while it goes on; the loop decides when, the recorder what becomes of it.</summary>
internal interface ITrainingRecorder
{
    /// <summary>What is carried out.</summary>
    TrainingProgram Program { get; }

    /// <summary>The rule that answers are read by.</summary>
    ITask Task { get; }

    /// <summary>What the person watching should know from the first update on; null for nothing.</summary>
    string? Remark => null;

    /// <summary>Whether the test set is measured after every epoch, or only when training is done.</summary>
    bool TestsEachEpoch { get; }

    /// <summary>Step of the last checkpoint; 0 without one.</summary>
    long LastCheckpoint { get; }

    /// <summary>Whether a checkpoint belongs after an update.</summary>
    /// <param name="step">Updates done.</param>
    /// <param name="isEndOfEpoch">The update was the last of its epoch.</param>
    /// <param name="isLast">It was the last of all.</param>
    bool IsCheckpointDue(long step, bool isEndOfEpoch, bool isLast);

    /// <summary>Keeps a row of metrics.</summary>
    void Log(in MetricRow row);

    /// <summary>Writes the rows kept so far.</summary>
    void Flush();

    /// <summary>Keeps weights, the optimiser's state and the place in the epoch.</summary>
    /// <param name="module">The model.</param>
    /// <param name="step">Updates done.</param>
    /// <param name="epoch">The epoch the last of them belongs to.</param>
    /// <param name="optimizer">The optimiser's tensors by name.</param>
    /// <param name="progress">What else is needed to go on from here, by name.</param>
    void AddCheckpoint(
        Module module, long step, int epoch, IReadOnlyDictionary<string, Tensor> optimizer,
        IReadOnlyDictionary<string, string> progress);
}
