using Tessar.Runs;
using Tessar.Training.Replaying.Adjoints;
using static TorchSharp.torch;

namespace Tessar.Training.Replaying;

/// <summary>Which runs can be executed again with weights of their examples, and differentiated.</summary>
internal static class Replayability
{
    /// <summary>Refuses runs whose updates have no derivative here.</summary>
    /// <exception cref="TessarException">With the reason and what to do.</exception>
    public static void Check(Run run)
    {
        if (run.Checkpoints.Count == 0)
            throw Refuse(run, "it has no checkpoint");
        if (Trainer.Gap(run.Record) is { } gap)
            throw Refuse(run, gap);
        TrainingProgram program = run.Record.Program;
        if (program.WeightAverage is not null)
            throw Refuse(run, "its kept weights are an average over the training");
        if (!UpdateAdjoint.Known.Contains(program.Optimizer!.Name, StringComparer.Ordinal))
            throw Refuse(
                run,
                $"updates of {program.Optimizer.Name} have no derivative here (those of "
                    + $"{string.Join(", ", UpdateAdjoint.Known)} have)");
    }

    /// <summary>Refuses models that carry something besides their parameters from batch to batch.</summary>
    public static void CheckBuffers(Run run, nn.Module model)
    {
        string[] buffers = [.. model.named_buffers().Select(buffer => buffer.name)];
        if (buffers.Length > 0)
            throw Refuse(
                run, $"its model keeps {string.Join(", ", buffers)} besides the weights, which the derivative would miss");
    }

    private static TessarException Refuse(Run run, string reason) => new(
        $"The training of {run.Name} can't be differentiated: {reason}. Train one with a smooth model and `sgd`, or choose a "
            + $"method that needs no replay, such as data/trak.",
        ErrorKind.Usage)
    {
        Remedies = [new(RemedyKind.Train, "tanh-mlp", run.Record.Program.Data.Name), new(RemedyKind.UseMethod, "data/trak")],
    };
}
