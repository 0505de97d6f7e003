
namespace Tessar.Statistics;

/// <summary>A column of numbers sorted once, whose ranks in any resample follow from how often each row was drawn.</summary>
/// <remarks>
/// With weights c_j a value's average rank is (rows below it) + (its own weight + 1)/2, weights of equal values joined: O(rows)
/// instead of a sort.
/// </remarks>
internal sealed class RankedColumn
{
    private readonly int[] _order;
    private readonly bool[] _startsGroup;

    /// <summary>Sorts the column.</summary>
    public RankedColumn(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        _order = [.. Enumerable.Range(0, values.Length)];
        Array.Sort(sorted, _order);
        _startsGroup = [.. Enumerable.Range(0, sorted.Length).Select(i => i == 0 || sorted[i] != sorted[i - 1])];
    }

    /// <summary>Fills in the average rank of each row; those that weren't drawn get a number that doesn't matter.</summary>
    /// <param name="weights">How often each row was drawn.</param>
    /// <param name="ranks">Overwritten.</param>
    public void RanksUnder(ReadOnlySpan<int> weights, Span<double> ranks)
    {
        int below = 0;
        for (int start = 0; start < _order.Length;)
        {
            int end = start, weight = 0;
            do
                weight += weights[_order[end++]];
            while (end < _order.Length && !_startsGroup[end]);
            double rank = below + (weight + 1) / 2.0;
            for (int i = start; i < end; i++)
                ranks[_order[i]] = rank;
            below += weight;
            start = end;
        }
    }

    /// <summary>Spearman's ρ of two columns in a resample; NaN when one is constant there.</summary>
    public static double Correlation(
        RankedColumn x, RankedColumn y, ReadOnlySpan<int> weights, Span<double> ranksX, Span<double> ranksY)
    {
        x.RanksUnder(weights, ranksX);
        y.RanksUnder(weights, ranksY);
        int count = 0;
        foreach (int weight in weights)
            count += weight;
        // Ranks of count draws have this mean, ties or not.
        double mean = (count + 1) / 2.0, xx = 0, yy = 0, xy = 0;
        for (int j = 0; j < weights.Length; j++)
        {
            double a = ranksX[j] - mean, b = ranksY[j] - mean;
            xx += weights[j] * a * a;
            yy += weights[j] * b * b;
            xy += weights[j] * a * b;
        }

        return xx > 0 && yy > 0 ? xy / Math.Sqrt(xx * yy) : double.NaN;
    }
}
