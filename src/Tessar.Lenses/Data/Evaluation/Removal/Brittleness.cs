using System.Globalization;
using Tessar.Statistics;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>
/// How many targets' predictions flip when each target's own k strongest proponents are removed, beside k random examples.
/// </summary>
/// <remarks>
/// A target flips when more than half of the trainings answer another class than its label. Intervals resample targets, and for
/// the random removals also the draws; ratio and difference take the same targets on both sides. Source: Ilyas et al.,
/// arXiv:2202.00622, section 4.3, who ask for the smallest removal that flips a prediction.
/// </remarks>
internal sealed record Brittleness
{
    /// <summary>Share of the targets flipped by removing their proponents, in [0, 1].</summary>
    public required Estimate Flipped { get; init; }

    /// <summary>Share flipped by random removal of as many.</summary>
    public required Estimate Random { get; init; }

    /// <summary>The first minus the second.</summary>
    public required Estimate Difference { get; init; }

    /// <summary>The first by the second; infinite where random removal flips nothing, NaN where neither does.</summary>
    public required Estimate Ratio { get; init; }

    /// <summary>Targets that count.</summary>
    public required int Targets { get; init; }

    /// <summary>Computes it for one k.</summary>
    /// <param name="flipped">Of each target, whether removing its proponents flips it; null where every training failed.</param>
    /// <param name="random">[draw][target], the same for random removals; at least one draw.</param>
    /// <param name="seed">Decides the resamples.</param>
    /// <exception cref="ArgumentException">The numbers of targets differ, or there is no draw.</exception>
    /// <exception cref="TessarException">Every training failed.</exception>
    public static Brittleness Of(IReadOnlyList<bool?> flipped, IReadOnlyList<IReadOnlyList<bool?>> random, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(flipped);
        ArgumentNullException.ThrowIfNull(random);
        if (random.Count == 0 || random.Any(draw => draw.Count != flipped.Count))
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"random needs draws of {flipped.Count} targets each."),
                nameof(random));
        bool[][] draws = [.. random.Where(draw => draw.All(one => one.HasValue))
            .Select(draw => draw.Select(one => one!.Value).ToArray())];
        int[] kept = [.. Enumerable.Range(0, flipped.Count).Where(q => flipped[q].HasValue)];
        if (kept.Length == 0 || draws.Length == 0)
            throw new TessarException(
                "Every training of a removal failed, so nothing can be counted. Train the program once to see why.",
                ErrorKind.InputData)
            { Remedies = [new(RemedyKind.Train)] };
        double[] own = [.. kept.Select(q => flipped[q]!.Value ? 1.0 : 0)];
        double[][] other = [.. draws.Select(draw => kept.Select(q => draw[q] ? 1.0 : 0).ToArray())];
        double ownShare = own.Average(), otherShare = other.Average(draw => draw.Average());
        return new Brittleness
        {
            Flipped = Estimate.Of(ownShare, Interval((mine, _) => mine)),
            Random = Estimate.Of(otherShare, Interval((_, theirs) => theirs)),
            Difference = Estimate.Of(ownShare - otherShare, Interval((mine, theirs) => mine - theirs)),
            Ratio = Estimate.Of(ownShare / otherShare, Interval((mine, theirs) => mine / theirs)),
            Targets = kept.Length,
        };

        // The same draws for all four, so that they belong together.
        (double, double) Interval(Func<double, double, double> statistic) => Bootstrap.Interval(seed, "brittleness", stream =>
        {
            int[] targets = Bootstrap.Weights(stream, own.Length), taken = Bootstrap.Weights(stream, other.Length);
            double mine = 0, theirs = 0;
            for (int q = 0; q < own.Length; q++)
            {
                mine += targets[q] * own[q];
                for (int d = 0; d < other.Length; d++)
                    theirs += targets[q] * taken[d] * other[d][q];
            }

            return statistic(mine / own.Length, theirs / own.Length / other.Length);
        });
    }

    /// <summary>The smallest k of a grid that flips a target, and whether every larger one does too.</summary>
    /// <param name="counts">k, ascending.</param>
    /// <param name="flipped">Whether each flips it; null where that isn't known.</param>
    /// <returns>No k when none flips it.</returns>
    public static (int? Smallest, bool IsMonotone) SmallestOf(IReadOnlyList<int> counts, IReadOnlyList<bool?> flipped)
    {
        int first = flipped.ToList().IndexOf(true);
        return first < 0 ? (null, true) : (counts[first], flipped.Skip(first).All(one => one != false));
    }
}
