namespace Tessar.Runs;

/// <summary>The checkpoints a method looks at: the last of one or several runs, or several of one run.</summary>
/// <remarks>All share data, classes and input normalisation; a lens never changes a run.</remarks>
public sealed class RunView
{
    /// <summary>Looks at the last checkpoint of each run.</summary>
    /// <param name="runs">At least one; all trained on the same data with the same classes.</param>
    /// <exception cref="TessarException">A run has no checkpoint, or runs differ in their data.</exception>
    public RunView(params IReadOnlyList<Run> runs)
        : this([.. Check(runs).Select(run => new CheckpointView(run, run.LastCheckpoint()))])
    {
    }

    /// <summary>Looks at chosen checkpoints.</summary>
    /// <param name="checkpoints">At least one; all of runs on the same data.</param>
    /// <exception cref="TessarException">Runs differ in their data.</exception>
    public RunView(IReadOnlyList<CheckpointView> checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        Check([.. checkpoints.Select(c => c.Run)]);
        Checkpoints = checkpoints;
    }

    /// <summary>The checkpoints, at least one.</summary>
    public IReadOnlyList<CheckpointView> Checkpoints { get; }

    /// <summary>The run that results are kept with: the first.</summary>
    public Run Run => Checkpoints[0].Run;

    private static IReadOnlyList<Run> Check(IReadOnlyList<Run> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0)
            throw new ArgumentException("runs is empty; name at least one run.", nameof(runs));
        Run first = runs[0];
        foreach (Run run in runs)
        {
            if (run.Record.Program.Data.Identity != first.Record.Program.Data.Identity)
            {
                throw new TessarException(
                    $"The runs {first.Name} and {run.Name} were trained on different data ({first.Record.Program.Data.Name} with identity "
                    + $"{first.Record.Program.Data.Identity[..12]}, {run.Record.Program.Data.Name} with {run.Record.Program.Data.Identity[..12]}). "
                    + "Name runs on the same data.", ErrorKind.Usage);
            }
        }

        return runs;
    }
}
