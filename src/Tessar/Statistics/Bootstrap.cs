using Tessar.Examples;

namespace Tessar.Statistics;

/// <summary>
/// Percentile intervals from resampling: how far a number would move had other targets, examples or trainings been drawn.
/// </summary>
internal static class Bootstrap
{
    /// <summary>Resamples when nothing else is said.</summary>
    public const int Resamples = 2_000;

    /// <summary>The 2.5 % and 97.5 % points of a statistic over resamples.</summary>
    /// <param name="seed">Decides the resamples.</param>
    /// <param name="purpose">Keeps the draws of one interval apart from those of another.</param>
    /// <param name="statistic">
    /// Draws a resample from the stream and returns its number; called from several threads. NaN where a resample has none; those
    /// are left out. Infinity counts as larger than everything.
    /// </param>
    /// <param name="resamples">How many, at least 100.</param>
    /// <returns>Both NaN when no resample has a number.</returns>
    public static (double Low, double High) Interval(
        ulong seed, string purpose, Func<RandomStream, double> statistic, int resamples = Resamples)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 100);
        double[] values = new double[resamples];
        Parallel.For(0, resamples, draw => values[draw] = statistic(new RandomStream(seed, purpose, draw)));
        return Quantiles.Central95([.. values.Where(value => !double.IsNaN(value))]);
    }

    /// <summary>The mean of numbers, with its interval over which of them were drawn.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="seed">Decides the resamples.</param>
    /// <param name="purpose">Keeps the draws apart from those of other intervals.</param>
    public static Estimate Mean(IReadOnlyList<double> values, ulong seed, string purpose)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Estimate.Of(values.Average(), Interval(seed, purpose, stream =>
        {
            double sum = 0;
            for (int i = 0; i < values.Count; i++)
                sum += values[stream.NextInt32(values.Count)];
            return sum / values.Count;
        }));
    }

    /// <summary>How often each of some things is drawn when as many are drawn with replacement.</summary>
    public static int[] Weights(RandomStream stream, int count)
    {
        int[] weights = new int[count];
        for (int i = 0; i < count; i++)
            weights[stream.NextInt32(count)]++;
        return weights;
    }
}

/// <summary>A number with its 95 % interval; NaN or infinite where there is none.</summary>
/// <param name="Value">From everything that was measured.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
internal readonly record struct Estimate(double Value, double Low, double High)
{
    public static Estimate Of(double value, (double Low, double High) interval) => new(value, interval.Low, interval.High);
}
