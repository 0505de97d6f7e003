namespace Tessar.Tests.Gradients.Projections;

/// <summary>Checks of a random number's mean and variance, to five standard errors.</summary>
internal static class Moments
{
    /// <summary>
    /// Holds draws to a mean and a variance; the error of the variance comes from the draws' own fourth moment.
    /// </summary>
    public static void Hold(double[] draws, double mean, double variance)
    {
        double found = draws.Average();
        Assert.InRange(found, mean - 5 * Math.Sqrt(variance / draws.Length), mean + 5 * Math.Sqrt(variance / draws.Length));
        double[] centerd = [.. draws.Select(d => (d - mean) * (d - mean))];
        double kurtosis = centerd.Average(c => c * c) / (variance * variance);
        double error = variance * Math.Sqrt((kurtosis - 1) / draws.Length);
        Assert.InRange(centerd.Average(), variance - 5 * error, variance + 5 * error);
    }

    /// <summary>A vector without symmetries.</summary>
    public static double[] Vector(int length, int phase) =>
        [.. Enumerable.Range(0, length).Select(i => Math.Sin(1.7 * i * phase + phase) + 0.3)];

    /// <summary>Σ x_i y_i.</summary>
    public static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();
}
