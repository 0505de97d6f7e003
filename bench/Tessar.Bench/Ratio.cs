using System.Diagnostics;

namespace Tessar.Bench;

/// <summary>
/// Two ways of doing the same work, measured in turn, A B A B …, so that a change of the machine's speed hits both.
/// </summary>
internal static class Ratio
{
    public const int WarmUps = 2;
    public const int Rounds = 7;

    /// <summary>Measures seconds per unit of work of both.</summary>
    /// <param name="baseline">Does the work the plain way; returns how many units it did.</param>
    /// <param name="candidate">Does it our way; returns how many units it did.</param>
    public static RatioResult Measure(Func<int> baseline, Func<int> candidate)
    {
        List<double> baselines = [], candidates = [];
        for (int round = 0; round < WarmUps + Rounds; round++)
        {
            double b = SecondsPerUnit(baseline), c = SecondsPerUnit(candidate);
            if (round < WarmUps)
                continue;
            baselines.Add(b);
            candidates.Add(c);
        }

        return new RatioResult(
            Spread.Of(baselines), Spread.Of(candidates), Spread.Of([.. baselines.Zip(candidates, (b, c) => b / c)]));
    }

    private static double SecondsPerUnit(Func<int> work)
    {
        var watch = Stopwatch.StartNew();
        int units = work();
        return watch.Elapsed.TotalSeconds / units;
    }
}

/// <summary>Seconds per unit of the baseline and of ours, and how many times faster ours is, round by round.</summary>
internal sealed record RatioResult(Spread BaselineSeconds, Spread Seconds, Spread TimesFaster);

/// <summary>Median and range over rounds.</summary>
internal sealed record Spread(double Median, double Min, double Max)
{
    public static Spread Of(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        double median = sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }
}
