using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Tensors;
using Tessar.Training.Optimizers;

namespace Tessar.Training;

/// <summary>Reads back what a checkpoint keeps besides the weights.</summary>
internal static class TrainingState
{
    private const string Remedy = "Restore the file from a copy, or train again under another name.";

    /// <summary>Fills the optimiser's state and the weights in training, and finds the place to go on from.</summary>
    /// <exception cref="FileFormatException">The state belongs to other weights, or its header is damaged.</exception>
    /// <exception cref="TessarException">The file is missing or doesn't fit the optimiser.</exception>
    public static TrainingCursor Restore(
        Checkpoint checkpoint, ITask task, Optimizer optimizer, EvaluationWeights trained)
    {
        string path = RunWriter.OptimizerPath(checkpoint.File);
        if (checkpoint.OptimizerSha256 is { } recorded)
            FileHash.Check(path, recorded, Remedy);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        file.Metadata.TryGetValue("weights", out string? weights);
        if (weights != checkpoint.Sha256)
            throw Refuse(
                file, $"the optimiser's state to the weights {checkpoint.Sha256}",
                $"that to {weights ?? "no weights in particular"}");
        try
        {
            TrainingCursor cursor = TrainingCursor.Parse(task, file.Metadata);
            if (cursor.Step != checkpoint.Step)
                throw Refuse(file, $"step {checkpoint.Step}", $"step {cursor.Step}");
            optimizer.ExpectState(checkpoint.Step);
            StateDict.Load(trained.State, file);
            optimizer.StateLoaded();
            return cursor;
        }
        catch (Exception e) when (e is FormatException or OverflowException or KeyNotFoundException)
        {
            throw Refuse(file, "step, testedAt, seconds, window and epoch in its header", e.Message, e);
        }
    }

    private static FileFormatException Refuse(SafetensorsFile file, string expected, string found, Exception? inner = null) =>
        new(file.Path, null, expected, found, Remedy, inner);
}
