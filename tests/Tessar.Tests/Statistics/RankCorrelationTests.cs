using CsCheck;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Statistics;
using Tessar.Tests.Data.Evaluation;

namespace Tessar.Tests.Statistics;

public sealed class RankCorrelationTests
{
    [Fact]
    public void Equal_values_share_their_average_rank() =>
        Assert.Equal([2.5, 1, 4, 2.5], RankCorrelation.AverageRanks([7, 1, 9, 7]));

    [Fact]
    public void P_of_the_reference_case_is_a_third()
    {
        Assert.Equal(1.0 / 3, RankCorrelation.PValue(Math.Sqrt(0.75), 3), 1e-9);
        Assert.Equal(0, RankCorrelation.PValue(1, 3));
    }

    [Fact]
    public void A_constant_column_has_no_correlation()
    {
        Assert.True(double.IsNaN(RankCorrelation.Spearman([1, 1, 1], [1, 2, 3])));
        Assert.True(double.IsNaN(RankCorrelation.Pearson([1, 2, 3], [4, 4, 4])));
    }

    // By the definition: the rank of x is 1 + how many are smaller + half of how many others are equal.
    [Fact]
    public void Spearman_is_pearson_of_counted_ranks() =>
        Gen.Select(Gen.Int[0, 6].Array[3, 12], Gen.Int[0, 6].Array[12]).Sample((a, b) =>
    {
        double[] x = [.. a.Select(v => (double)v)], y = [.. b.Take(a.Length).Select(v => (double)v)];
        double expected = RankCorrelation.Pearson(Counted(x), Counted(y)), found = RankCorrelation.Spearman(x, y);
        return double.IsNaN(expected) ? double.IsNaN(found) : Math.Abs(expected - found) < 1e-12;

        static double[] Counted(double[] v) =>
            [.. v.Select(one => 1 + v.Count(other => other < one) + (v.Count(other => other == one) - 1) / 2.0)];
    }, iter: 200);

    [Fact]
    public void Weighted_pearson_is_that_of_the_resample()
    {
        double[] x = [1, 4, 2, 8], y = [3, 1, 2, 9];
        Assert.Equal(
            RankCorrelation.Pearson([1, 1, 4, 8, 8, 8], [3, 3, 1, 9, 9, 9]), RankCorrelation.Pearson(x, y, [2, 1, 0, 3]), 1e-12);
        Assert.True(double.IsNaN(RankCorrelation.Pearson(x, y, [4, 0, 0, 0])));
    }

    // A resample by weights has the ranks of the resample written out.
    [Fact]
    public void Resampled_correlation_is_that_of_the_resample() =>
        Gen.Select(Gen.Int[0, 5].Array[4, 10], Gen.Int[0, 5].Array[10], Gen.Int[0, 3].Array[10]).Sample((a, b, w) =>
        {
            double[] x = [.. a.Select(v => (double)v)], y = [.. b.Take(a.Length).Select(v => (double)v)];
            int[] weights = w[..a.Length];
            double[] drawnX = [.. x.SelectMany((v, j) => Enumerable.Repeat(v, weights[j]))], drawnY =
                [.. y.SelectMany((v, j) => Enumerable.Repeat(v, weights[j]))];
            double expected = drawnX.Length < 2 ? double.NaN : RankCorrelation.Spearman(drawnX, drawnY);
            double found = RankedColumn.Correlation(
                new RankedColumn(x), new RankedColumn(y), weights, new double[x.Length], new double[x.Length]);
            return double.IsNaN(expected) ? double.IsNaN(found) : Math.Abs(expected - found) < 1e-12;
        }, iter: 200);
}
