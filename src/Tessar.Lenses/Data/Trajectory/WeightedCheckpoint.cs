using System.Globalization;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;

namespace Tessar.Lenses.Data.Trajectory;

/// <summary>A checkpoint along a training and the weight with which it counts.</summary>
/// <param name="View">The checkpoint.</param>
/// <param name="Weight">η of the steps it stands for, or an equal share; divided by the number of runs.</param>
internal sealed record WeightedCheckpoint(CheckpointView View, double Weight)
{
    /// <summary>The checkpoints along the trainings that a view names.</summary>
    /// <param name="view">
    /// A run's last (or any single) checkpoint stands for its training up to there; several of one run stand for themselves.
    /// </param>
    /// <param name="store">The runs' data.</param>
    /// <param name="count">How many per run, evenly spaced, the last among them; 0 for all.</param>
    /// <param name="byLearningRate">
    /// Whether a checkpoint weighs Σ of the learning rates since the one before, else 1/count.
    /// </param>
    /// <param name="orFewer">Whether a run may have fewer than <paramref name="count"/>; then all of its own count.</param>
    /// <returns>In order of run and step, with the rates of each run for its self-check.</returns>
    /// <exception cref="TessarException">A run has no history, or fewer checkpoints than asked for.</exception>
    public static (IReadOnlyList<WeightedCheckpoint> Checkpoints, IReadOnlyList<LearningRates> Rates) Of(
        RunView view, ExampleStore store, int count, bool byLearningRate, bool orFewer = false)
    {
        RefuseLastWeightsAlone(view);
        List<WeightedCheckpoint> chosen = [];
        List<LearningRates> rates = [];
        IGrouping<string, CheckpointView>[] runs = [.. view.Checkpoints.GroupBy(c => c.Run.Directory, StringComparer.Ordinal)];
        foreach (IGrouping<string, CheckpointView> group in runs)
        {
            Run run = group.First().Run;
            LearningRates.RequireHistory(run);
            Checkpoint[] known = group.Count() == 1
                ? [.. run.Checkpoints.Where(c => c.Step <= group.First().Checkpoint.Step)]
                : [.. group.Select(c => c.Checkpoint).OrderBy(c => c.Step)];
            Checkpoint[] used = EvenlySpaced(run, known, orFewer ? Math.Min(count, known.Length) : count);
            LearningRates? ofRun = byLearningRate ? LearningRates.Of(run, store) : null;
            if (ofRun is not null)
                rates.Add(ofRun);
            long before = 0;
            foreach (Checkpoint checkpoint in used)
            {
                double weight = ofRun?.Sum(before, checkpoint.Step) ?? 1.0 / used.Length;
                chosen.Add(new WeightedCheckpoint(new CheckpointView(run, checkpoint), weight / runs.Length));
                before = checkpoint.Step;
            }
        }

        return (chosen, rates);
    }

    // Trainings on subsets keep their last weights; as checkpoints of one run they would be taken for its course.
    private static void RefuseLastWeightsAlone(RunView view)
    {
        if (view.Checkpoints.Any(c => c.Checkpoint.OwnUpdates is not null))
        {
            throw new TessarException(
                "An ensemble keeps the last weights of its trainings, and this method follows whole trainings. Train runs on "
                    + "masks of random halves, with other seeds, and name all of them.", ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.ChangeArgument, "ensemble")]
            };
        }
    }

    private static Checkpoint[] EvenlySpaced(Run run, Checkpoint[] known, int count)
    {
        if (count == 0)
            return known;
        if (count > known.Length)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"checkpoints is {count}; the run {run.Name} has {known.Length} up to the one explained. ")
                + "Choose fewer, 0 for all, or train with more of them.", ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.SetMethodOption, "checkpoints", "0")]
            };
        }

        return [.. Enumerable.Range(1, count).Select(i => known[(int)((long)i * known.Length / count) - 1])];
    }
}
