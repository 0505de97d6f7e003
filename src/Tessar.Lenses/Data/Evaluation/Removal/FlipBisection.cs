using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>
/// Searches the smallest removal that flips each of some targets, all at once: a round of trainings for each step.
/// </summary>
internal static class FlipBisection
{
    /// <summary>Searches.</summary>
    /// <param name="scores">Who is removed first.</param>
    /// <param name="targets">Columns of the scores.</param>
    /// <param name="limit">Most examples to remove.</param>
    /// <param name="trainings">Trains the models.</param>
    /// <param name="untouched">The baseline.</param>
    /// <param name="cancellation">Looked at between rounds.</param>
    /// <returns>The searches, ended.</returns>
    public static FlipSearch[] Run(
        AttributionMatrix scores, int[] targets, int limit, RemovalTrainings trainings, RemovalTrials untouched,
        CancellationToken cancellation)
    {
        FlipSearch[] searches = [.. targets.Select(_ => new FlipSearch(limit))];
        while (searches.Any(search => search.Next is not null))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (IGrouping<bool, int> round in Enumerable.Range(0, targets.Length).Where(t => searches[t].Next is not null)
                .ToLookup(t => searches[t].IsVerification))
            {
                // Removing nothing was trained already.
                foreach (int t in round.Where(t => searches[t].Next == 0))
                    searches[t].Answer(untouched.IsFlipped(0, targets[t]) == true);
                int[] asked = [.. round.Where(t => searches[t].Next is not null && searches[t].IsVerification == round.Key)];
                if (asked.Length == 0)
                    continue;
                RemovalTrials trials = trainings.Without(
                    [.. asked.Select(t => RemovalChoice.Proponents(scores, targets[t], searches[t].Next!.Value))],
                    round.Key ? null : 1);
                for (int trial = 0; trial < asked.Length; trial++)
                    searches[asked[trial]].Answer(trials.IsFlipped(trial, targets[asked[trial]]) == true);
            }
        }

        return searches;
    }
}
