using Tessar.Tasks;

namespace Tessar.Runs;

/// <summary>The checkpoints a method looks at: the last of one or several runs, or several of one run.</summary>
/// <remarks>
/// All are of one program: see <see cref="SameProgram"/>; seeds and masks may differ. A lens never changes a run.
/// </remarks>
public sealed class RunView
{
    /// <summary>Looks at the last checkpoint of each run.</summary>
    /// <param name="runs">At least one; several only of one program.</param>
    /// <exception cref="TessarException">A run has no checkpoint, or runs differ in their program.</exception>
    public RunView(params IReadOnlyList<Run> runs)
        : this([.. Check(runs).Select(run => new CheckpointView(run, run.LastCheckpoint()))])
    {
    }

    /// <summary>Looks at chosen checkpoints.</summary>
    /// <param name="checkpoints">At least one; all of runs of one program.</param>
    /// <exception cref="TessarException">Runs differ in their program.</exception>
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

    /// <summary>The rule that all their answers are read by.</summary>
    internal ITask Task => Run.Task;

    private static IReadOnlyList<Run> Check(IReadOnlyList<Run> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0)
            throw new ArgumentException("runs is empty; name at least one run.", nameof(runs));
        SameProgram.Check(runs);
        return runs;
    }
}
