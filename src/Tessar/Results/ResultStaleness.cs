using Tessar.Runs;

namespace Tessar.Results;

/// <summary>Whether what a result was computed from is still what its run records.</summary>
internal static class ResultStaleness
{
    /// <summary>
    /// Why the result no longer fits, as a sentence; null when it does, or when it doesn't say what it was computed from.
    /// </summary>
    public static string? Of(ResultInputs inputs, Run run)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(run);
        if (inputs.DataIdentity.Length > 0 && inputs.DataIdentity != run.Record.Program.Data.Identity)
            return "it was computed for other data than the run records.";
        if (inputs.Checkpoints.Any(checkpoint => checkpoint.Run == run.Name && !IsThere(run, checkpoint)))
            return "the run no longer has all the weights it was computed from.";
        if (inputs.Models.Count > 0 && inputs.Models[0] != ResultInputs.IdentityOfModel(run))
            return "the run's model is another one now.";
        return inputs.Code < ResultKey.Code ? "this version of Tessar computes it otherwise." : null;
    }

    // Models of an ensemble lie outside the run's folder and aren't among its checkpoints.
    private static bool IsThere(Run run, ResultCheckpoint checkpoint) =>
        run.Checkpoints.Any(known => known.Step == checkpoint.Step && known.Sha256 == checkpoint.Sha256)
        || (checkpoint.File.StartsWith("..", StringComparison.Ordinal)
        && File.Exists(Path.Combine(run.Directory, checkpoint.File)));
}
