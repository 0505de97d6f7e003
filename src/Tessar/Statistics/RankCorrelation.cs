using MathNet.Numerics.Distributions;

namespace Tessar.Statistics;

/// <summary>Correlations of two columns, in fp64; equal values share the average of their ranks.</summary>
internal static class RankCorrelation
{
    /// <summary>Average ranks, 1 for the smallest.</summary>
    public static double[] AverageRanks(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        int[] order = [.. Enumerable.Range(0, values.Length)];
        Array.Sort(sorted, order);
        var ranks = new double[values.Length];
        for (int start = 0; start < order.Length;)
        {
            int end = start;
            while (end < order.Length && sorted[end] == sorted[start])
                end++;
            for (int r = start; r < end; r++)
                ranks[order[r]] = (start + 1 + end) / 2.0;
            start = end;
        }

        return ranks;
    }

    /// <summary>cov(x, y)/√(var x · var y); NaN when a column is constant.</summary>
    public static double Pearson(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length != y.Length)
            throw new ArgumentException($"x has {x.Length} numbers, y {y.Length}; both need as many.", nameof(y));
        double meanX = Mean(x), meanY = Mean(y), xx = 0, yy = 0, xy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double a = x[i] - meanX, b = y[i] - meanY;
            xx += a * a;
            yy += b * b;
            xy += a * b;
        }

        // Constant up to rounding counts as constant: the quotient would be noise.
        return xx > 0 && yy > 0 ? Math.Clamp(xy / Math.Sqrt(xx * yy), -1, 1) : double.NaN;
    }

    /// <summary>The same of a resample.</summary>
    /// <param name="x">A column.</param>
    /// <param name="y">Another.</param>
    /// <param name="weights">How often each row was drawn.</param>
    public static double Pearson(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<int> weights)
    {
        double count = 0, meanX = 0, meanY = 0, xx = 0, yy = 0, xy = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            count += weights[i];
            meanX += weights[i] * x[i];
            meanY += weights[i] * y[i];
        }

        (meanX, meanY) = (meanX / count, meanY / count);
        for (int i = 0; i < weights.Length; i++)
        {
            double a = x[i] - meanX, b = y[i] - meanY;
            xx += weights[i] * a * a;
            yy += weights[i] * b * b;
            xy += weights[i] * a * b;
        }

        return xx > 0 && yy > 0 ? Math.Clamp(xy / Math.Sqrt(xx * yy), -1, 1) : double.NaN;
    }

    /// <summary>Pearson's correlation of average ranks; NaN when a column is constant.</summary>
    public static double Spearman(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Pearson(AverageRanks(x), AverageRanks(y));

    /// <summary>
    /// Two-sided p of Spearman's ρ over s pairs: t = ρ√((s − 2)/(1 − ρ²)) with s − 2 degrees of freedom; 0 for |ρ| = 1.
    /// </summary>
    public static double PValue(double rho, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 3);
        if (Math.Abs(rho) >= 1)
            return 0;
        double t = Math.Abs(rho) * Math.Sqrt((count - 2) / (1 - rho * rho));
        return 2 * StudentT.CDF(0, 1, count - 2, -t);
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
            sum += value;
        return sum / values.Length;
    }
}
