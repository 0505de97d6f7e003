using System.Globalization;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Statistics;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>The linear datamodeling score (LDS): how well sums of scores predict what models trained on subsets answer.</summary>
/// <remarks>
/// For each query q: ρ_q = Spearman over subsets S_j of the mean output y_j(q) and g_j(q) = Σ_{i ∈ S_j} score[i, q]; LDS = mean
/// over q. The interval resamples queries and subsets together. Subsets of unequal size: both sides are regressed on |S_j| first.
/// The noise ceiling is that of <see cref="Evaluation.NoiseCeiling"/>, by Spearman's correlation.
/// Cost: s·n·m additions, resamples·m·s. Source: Park et al., arXiv:2303.14186, section 2.
/// </remarks>
internal sealed record LinearDatamodelingScore
{
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
    public static LinearDatamodelingScore Of(
        AttributionMatrix scores, SubsetOutputs truth, IReadOnlyList<int>? queries = null, int resamples = 2_000, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 100);
        if (scores.TrainCount != truth.Masks.Examples || scores.TargetCount != truth.Targets)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"scores are [{scores.TrainCount}, {scores.TargetCount}]; the subsets are of {truth.Masks.Examples} examples "
                    + $"with outputs of {truth.Targets} targets."), nameof(scores));
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
                "For every query the outputs or the summed scores are the same on all subsets, so nothing can be correlated. "
                    + "Look at the scores.")
            { Remedies = [new(RemedyKind.Attribute)] };
        }

        double[] rho = [.. kept.Select(q => RankCorrelation.Spearman(outputs[q], predicted[q]))];
        return new LinearDatamodelingScore
        {
            Score = rho.Average(),
            Interval = Bootstrap([.. kept.Select(q => outputs[q])], [.. kept.Select(q => predicted[q])], resamples, seed),
            NoiseCeiling = Evaluation.NoiseCeiling.Of(
                truth, [.. kept.Select(q => queries[q])], seed, (x, y) => RankCorrelation.Spearman(x, y)),
            PerQuery = rho,
            ExcludedColumns = queries.Count - kept.Length,
            Subsets = truth.Answered.Length,
            HasUnequalSizes = isUnequal,
        };
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
        RankedColumn[] y = [.. outputs.Select(column => new RankedColumn(column))], g =
            [.. predicted.Select(column => new RankedColumn(column))];
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
        return Quantiles.Central95(means);
    }
}
