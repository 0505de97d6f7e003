using Tessar.Examples;
using Tessar.Statistics;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>
/// The correlation that a perfect predictor of the expected output would reach, given how much two trainings of one subset
/// differ.
/// </summary>
/// <remarks>
/// With h = ⌊R/2⌋ of R seeds against h others, r_h = correlation over subsets of the two half means, averaged over queries and
/// splits; κ = R/h, r_R = κ r_h/(1 + (κ − 1) r_h) (Spearman and Brown), ceiling = √max(r_R, 0). Averaging comes before the root:
/// roots of single queries are biased, and don't exist where r_h is negative.
/// </remarks>
internal static class NoiseCeiling
{
    private const int MostSplits = 200;
    private const int MostSplitsForInterval = 30;
    private const int Resamples = 500;

    /// <summary>The ceiling; null with one seed, or when fewer than 3 subsets have all their seeds.</summary>
    /// <param name="truth">Outputs.</param>
    /// <param name="queries">Which columns count.</param>
    /// <param name="seed">Decides the splits when there are too many to try all.</param>
    /// <param name="correlation">Of two columns; NaN when one is constant.</param>
    public static double? Of(
        SubsetOutputs truth, IReadOnlyList<int> queries, ulong seed, Func<double[], double[], double> correlation)
    {
        int half = truth.Seeds / 2;
        if (half == 0 || truth.Complete.Length < 3)
            return null;
        double sum = 0;
        int count = 0;
        foreach ((int[] one, int[] other) in Splits(truth.Seeds, half, seed, MostSplits))
        {
            foreach (int q in queries)
            {
                double r = correlation(Column(truth, q, one), Column(truth, q, other));
                if (double.IsNaN(r))
                    continue;
                sum += r;
                count++;
            }
        }

        return count == 0 ? null : Ceiling(sum / count, (double)truth.Seeds / half);
    }

    /// <summary>
    /// The interval of the ceiling by Pearson's correlation, subsets and queries resampled together; null where there is no
    /// ceiling.
    /// </summary>
    public static (double Low, double High)? Interval(SubsetOutputs truth, IReadOnlyList<int> queries, ulong seed)
    {
        int half = truth.Seeds / 2;
        if (half == 0 || truth.Complete.Length < 3)
            return null;
        List<(int[] One, int[] Other)> splits = Splits(truth.Seeds, half, seed, MostSplitsForInterval);
        (double[] One, double[] Other)[][] columns =
            [.. queries.Select(q =>
                splits.Select(split => (Column(truth, q, split.One), Column(truth, q, split.Other))).ToArray())];
        (double low, double high) = Bootstrap.Interval(seed, "ceiling bootstrap", stream =>
        {
            int[] weights = Bootstrap.Weights(stream, truth.Complete.Length);
            double sum = 0;
            int count = 0;
            for (int i = 0; i < columns.Length; i++)
            {
                foreach ((double[] one, double[] other) in columns[stream.NextInt32(columns.Length)])
                {
                    double r = RankCorrelation.Pearson(one, other, weights);
                    if (double.IsNaN(r))
                        continue;
                    sum += r;
                    count++;
                }
            }

            return count == 0 ? double.NaN : Ceiling(sum / count, (double)truth.Seeds / half);
        }, Resamples);
        return double.IsNaN(low) ? null : (low, high);
    }

    private static double Ceiling(double mean, double ratio) =>
        Math.Sqrt(Math.Clamp(ratio * mean / (1 + (ratio - 1) * mean), 0, 1));

    private static double[] Column(SubsetOutputs truth, int query, int[] seeds) =>
        [.. truth.Complete.Select(j => truth.Mean(j, query, seeds))];

    // All ways to take two disjoint sets of h seeds, or a random choice of them.
    private static List<(int[] One, int[] Other)> Splits(int seeds, int half, ulong seed, int most)
    {
        List<(int[], int[])> all = [];
        if (seeds <= 8)
        {
            for (int a = 0; a < 1 << seeds; a++)
            {
                for (int b = a + 1; b < 1 << seeds; b++)
                {
                    if ((a & b) == 0 && int.PopCount(a) == half && int.PopCount(b) == half)
                        all.Add((Members(a), Members(b)));
                }
            }

            return all;
        }

        for (int draw = 0; draw < most; draw++)
        {
            int[] order = [.. Enumerable.Range(0, seeds)];
            new RandomStream(seed, "ceiling split", draw).Shuffle<int>(order);
            all.Add((order[..half], order[half..(2 * half)]));
        }

        return all;

        int[] Members(int bits) => [.. Enumerable.Range(0, seeds).Where(r => (bits >> r & 1) != 0)];
    }
}
