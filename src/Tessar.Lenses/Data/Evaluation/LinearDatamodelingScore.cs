using System.Globalization;
using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>The linear datamodeling score (LDS): how well sums of scores predict what models trained on subsets answer.</summary>
/// <remarks>
/// For each query q: ρ_q = Spearman over subsets S_j of the mean output y_j(q) and g_j(q) = Σ_{i ∈ S_j} score[i, q]; LDS = mean over q. The
/// interval resamples queries and subsets together. Subsets of unequal size: both sides are regressed on |S_j| first. Noise ceiling, the
/// LDS of a perfect predictor of the expected output: with h = ⌊R/2⌋ seeds against h others r_h = mean Spearman over queries and splits;
/// κ = R/h, r_R = κ r_h/(1 + (κ − 1) r_h), ceiling = √max(r_R, 0). Averaging comes before the root: roots of single queries are biased.
/// Cost: s·n·m additions, resamples·m·s. Source: Park et al., arXiv:2303.14186, section 2.
/// </remarks>
internal sealed record LinearDatamodelingScore
{
    private const int MostSplits = 200;
    private const double Rounding = 1e-12;

    /// <summary>The score, in [−1, 1].</summary>
    public required double Score { get; init; }

    /// <summary>95 % interval over queries and subsets.</summary>
    public required (double Low, double High) Interval { get; init; }

    /// <summary>LDS that a perfect predictor would reach with so many seeds; null for one seed.</summary>
    public required double? NoiseCeiling { get; init; }

    /// <summary>ρ_q of each query that was kept.</summary>
    public required IReadOnlyList<double> PerQuery { get; init; }

    /// <summary>Queries left out because the outputs or the predictions are the same for every subset.</summary>
    public required int ExcludedColumns { get; init; }

    /// <summary>Subsets used.</summary>
    public required int Subsets { get; init; }

    /// <summary>Whether subsets differ in size, so that size was regressed out.</summary>
    public required bool HasUnequalSizes { get; init; }

    /// <summary>Computes it.</summary>
    /// <param name="scores">[n, m].</param>
    /// <param name="truth">Outputs of the same m targets, on subsets of the same n examples.</param>
    /// <param name="queries">Which columns count; null for all.</param>
    /// <param name="resamples">Draws for the interval, at least 100.</param>
    /// <param name="seed">Decides them.</param>
    /// <exception cref="ArgumentException">The shapes don't fit.</exception>
    /// <exception cref="NumericalException">Every column is constant.</exception>
    public static LinearDatamodelingScore Of(AttributionMatrix scores, SubsetOutputs truth, IReadOnlyList<int>? queries = null, int resamples = 2_000, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 100);
        if (scores.TrainCount != truth.Masks.Examples || scores.TargetCount != truth.Targets)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"scores are [{scores.TrainCount}, {scores.TargetCount}]; the subsets are of {truth.Masks.Examples} examples with outputs of {truth.Targets} targets."), nameof(scores));
        }

        queries ??= [.. Enumerable.Range(0, truth.Targets)];
        double[] sizes = new double[truth.Answered.Length];
        double[][] predicted = GroupSums(scores, truth, queries, sizes);
        bool isUnequal = sizes.Any(size => size != sizes[0]);
        int[] allSeeds = [.. Enumerable.Range(0, truth.Seeds)];
        double[][] outputs = [.. queries.Select(q => truth.Answered.Select(j => truth.Mean(j, q, allSeeds)).ToArray())];
        if (isUnequal)
        {
            predicted = [.. predicted.Select(column => WithoutSize(column, sizes))];
            outputs = [.. outputs.Select(column => WithoutSize(column, sizes))];
        }

        int[] kept = [.. Enumerable.Range(0, queries.Count).Where(q => Varies(predicted[q]) && Varies(outputs[q]))];
        if (kept.Length == 0)
        {
            throw new NumericalException(
                "For every query the outputs or the summed scores are the same on all subsets, so nothing can be correlated. Look at the scores with `tessar attribute`.");
        }

        double[] rho = [.. kept.Select(q => RankCorrelation.Spearman(outputs[q], predicted[q]))];
        return new LinearDatamodelingScore
        {
            Score = rho.Average(),
            Interval = Bootstrap([.. kept.Select(q => outputs[q])], [.. kept.Select(q => predicted[q])], resamples, seed),
            NoiseCeiling = Ceiling(truth, [.. kept.Select(q => queries[q])], seed),
            PerQuery = rho,
            ExcludedColumns = queries.Count - kept.Length,
            Subsets = truth.Answered.Length,
            HasUnequalSizes = isUnequal,
        };
    }

    /// <summary>The noise ceiling; null with one seed, or when fewer than 3 subsets have all their seeds.</summary>
    public static double? Ceiling(SubsetOutputs truth, IReadOnlyList<int> queries, ulong seed)
    {
        int half = truth.Seeds / 2;
        if (half == 0 || truth.Complete.Length < 3)
            return null;
        double sum = 0;
        int count = 0;
        foreach ((int[] one, int[] other) in Splits(truth.Seeds, half, seed))
        {
            foreach (int q in queries)
            {
                double r = RankCorrelation.Spearman(
                    [.. truth.Complete.Select(j => truth.Mean(j, q, one))], [.. truth.Complete.Select(j => truth.Mean(j, q, other))]);
                if (double.IsNaN(r))
                    continue;
                sum += r;
                count++;
            }
        }

        if (count == 0)
            return null;
        double ratio = (double)truth.Seeds / half, mean = sum / count;
        return Math.Sqrt(Math.Clamp(ratio * mean / (1 + (ratio - 1) * mean), 0, 1));
    }

    // g_j(q), and the size of each subset.
    private static double[][] GroupSums(AttributionMatrix scores, SubsetOutputs truth, IReadOnlyList<int> queries, double[] sizes)
    {
        double[][] sums = [.. queries.Select(_ => new double[truth.Answered.Length])];
        ReadOnlySpan<float> all = scores.Scores.Span;
        byte[] included = new byte[truth.Masks.Examples];
        double[] row = new double[queries.Count];
        for (int j = 0; j < truth.Answered.Length; j++)
        {
            truth.Masks.Fill(truth.Answered[j], included);
            Array.Clear(row);
            for (int i = 0; i < included.Length; i++)
            {
                if (included[i] == 0)
                    continue;
                sizes[j]++;
                ReadOnlySpan<float> own = all.Slice(i * scores.TargetCount, scores.TargetCount);
                for (int q = 0; q < row.Length; q++)
                    row[q] += own[queries[q]];
            }

            for (int q = 0; q < row.Length; q++)
                sums[q][j] = row[q];
        }

        return sums;
    }

    private static double[] WithoutSize(double[] column, double[] sizes)
    {
        double meanSize = sizes.Average(), mean = column.Average(), xx = 0, xy = 0;
        for (int j = 0; j < column.Length; j++)
        {
            xx += (sizes[j] - meanSize) * (sizes[j] - meanSize);
            xy += (sizes[j] - meanSize) * (column[j] - mean);
        }

        return [.. column.Select((value, j) => value - mean - xy / xx * (sizes[j] - meanSize))];
    }

    private static bool Varies(double[] column)
    {
        double low = column.Min(), high = column.Max();
        return high - low > Rounding * Math.Max(Math.Abs(low), Math.Abs(high));
    }

    private static (double Low, double High) Bootstrap(double[][] outputs, double[][] predicted, int resamples, ulong seed)
    {
        RankedColumn[] y = [.. outputs.Select(column => new RankedColumn(column))], g = [.. predicted.Select(column => new RankedColumn(column))];
        int subsets = outputs[0].Length;
        var means = new double[resamples];
        Parallel.For(0, resamples, draw =>
        {
            var stream = new RandomStream(seed, "lds bootstrap", draw);
            int[] weights = new int[subsets];
            for (int j = 0; j < subsets; j++)
                weights[stream.NextInt32(subsets)]++;
            double[] ranksY = new double[subsets], ranksG = new double[subsets];
            double sum = 0;
            int count = 0;
            for (int q = 0; q < y.Length; q++)
            {
                int drawn = stream.NextInt32(y.Length);
                double rho = RankedColumn.Correlation(y[drawn], g[drawn], weights, ranksY, ranksG);
                if (double.IsNaN(rho))
                    continue;
                sum += rho;
                count++;
            }

            means[draw] = count > 0 ? sum / count : 0;
        });
        Array.Sort(means);
        return (means[(int)(0.025 * (resamples - 1))], means[(int)Math.Ceiling(0.975 * (resamples - 1))]);
    }

    // All ways to take two disjoint sets of h seeds, or a random choice of them.
    private static List<(int[] One, int[] Other)> Splits(int seeds, int half, ulong seed)
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

        for (int draw = 0; draw < MostSplits; draw++)
        {
            int[] order = [.. Enumerable.Range(0, seeds)];
            new RandomStream(seed, "ceiling split", draw).Shuffle<int>(order);
            all.Add((order[..half], order[half..(2 * half)]));
        }

        return all;

        int[] Members(int bits) => [.. Enumerable.Range(0, seeds).Where(r => (bits >> r & 1) != 0)];
    }
}
