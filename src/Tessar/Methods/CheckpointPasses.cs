using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Methods;

/// <summary>
/// Visits the checkpoints of a view one after another: tensors of one are gone before the next, and progress counts all of them
/// together.
/// </summary>
internal static class CheckpointPasses
{
    /// <summary>Visits each.</summary>
    /// <param name="run">The checkpoints.</param>
    /// <param name="context">The caller's.</param>
    /// <param name="visit">Told the checkpoint and the context of its pass.</param>
    /// <exception cref="OperationCanceledException">Asked for by the context.</exception>
    public static void Each(RunView run, MethodContext context, Action<CheckpointView, MethodContext> visit) =>
        Each(run.Checkpoints, context, visit);

    /// <summary>Visits each of a method's own choice, with what it knows of it.</summary>
    /// <param name="checkpoints">In order.</param>
    /// <param name="context">The caller's.</param>
    /// <param name="visit">Told the checkpoint and the context of its pass.</param>
    /// <exception cref="OperationCanceledException">Asked for by the context.</exception>
    public static void Each<T>(IReadOnlyList<T> checkpoints, MethodContext context, Action<T, MethodContext> visit)
    {
        for (int c = 0; c < checkpoints.Count; c++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            visit(checkpoints[c], RepeatedProgress.Of(context, c, checkpoints.Count));
        }
    }
}
