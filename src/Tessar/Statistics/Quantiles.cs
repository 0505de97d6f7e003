namespace Tessar.Statistics;

/// <summary>Points of an empirical distribution.</summary>
internal static class Quantiles
{
    /// <summary>
    /// The ends of the central 95 % of some numbers, each one of them: the order statistics ⌊0.025 (n − 1)⌋ and ⌈0.975 (n − 1)⌉,
    /// from 0.
    /// </summary>
    /// <param name="values">In any order; sorted in place. None of them NaN; infinity counts as larger than everything.</param>
    /// <returns>Both NaN when there are no numbers.</returns>
    /// <remarks>Both ends lean outward, so that an interval from few resamples is rather too wide than too narrow.</remarks>
    public static (double Low, double High) Central95(double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length == 0)
            return (double.NaN, double.NaN);
        Array.Sort(values);
        return (values[(int)(0.025 * (values.Length - 1))], values[(int)Math.Ceiling(0.975 * (values.Length - 1))]);
    }
}
