using Tessar.Gradients;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Tasks;
using static TorchSharp.torch;

namespace Tessar.Runs;

/// <summary>One checkpoint of one run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Checkpoint">One of its checkpoints.</param>
public sealed record CheckpointView(Run Run, Checkpoint Checkpoint)
{
    /// <summary>What the model takes, and how examples become that.</summary>
    public ModelInput Input => Run.Record.Program.Input;

    /// <summary>The rule that its answers are read by.</summary>
    internal ITask Task => Run.Task;

    /// <summary>
    /// Everything that decides what the model computes, as 64 hex digits: the checkpoint's hash, and the code of a module of the
    /// user's.
    /// </summary>
    internal string Identity => Run.IdentityOf(Checkpoint);

    /// <summary>Builds the model with this checkpoint's weights, in evaluation mode; the caller disposes it.</summary>
    /// <exception cref="TessarException">
    /// The file is missing, was changed after it was recorded, or doesn't fit the model.
    /// </exception>
    public nn.Module<Tensor, Tensor> LoadModel() => Run.LoadModel(Checkpoint);

    /// <summary>Builds the model with this checkpoint's weights, for per-example gradients; the caller disposes it.</summary>
    /// <exception cref="TessarException">
    /// The file is missing, was changed after it was recorded, or doesn't fit the model.
    /// </exception>
    internal TrainedModel Open() =>
        new(LoadModel(), Input, Run.Record.Classes.Count, Run.Record.Program.Model, Checkpoint.File, Checkpoint.Sha256)
        {
            Task = Task,
        };
}
