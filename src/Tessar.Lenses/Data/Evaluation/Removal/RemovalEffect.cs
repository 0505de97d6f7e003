using System.Globalization;
using Tessar.Examples;
using Tessar.Statistics;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>
/// How the margin of targets changes when the examples that a method ranks first are removed, beside random removal of as many.
/// </summary>
/// <remarks>
/// change = mean over targets of f_without(q) − f_full(q); relative = change − change of random removal = f_without the chosen −
/// f_without random ones. Intervals resample targets; random draws; and the seeds of trainings that all targets share, for their
/// noise is common.
/// </remarks>
internal sealed record RemovalEffect
{
    /// <summary>Mean change of the margin after removing the chosen examples.</summary>
    public required Estimate Change { get; init; }

    /// <summary>The same after removing random ones.</summary>
    public required Estimate Random { get; init; }

    /// <summary>The first minus the second; negative when the method finds what carries the targets.</summary>
    public required Estimate Relative { get; init; }

    /// <summary>Targets that count.</summary>
    public required int Targets { get; init; }

    /// <summary>Computes it.</summary>
    /// <param name="own">
    /// [target][seed], margins of a target without its own examples; null when all targets lose the same.
    /// </param>
    /// <param name="shared">
    /// [seed][target], margins without the examples that all targets lose; null when each loses its own.
    /// </param>
    /// <param name="random">[draw][seed][target].</param>
    /// <param name="untouched">[seed][target].</param>
    /// <param name="seed">Decides the resamples.</param>
    /// <exception cref="ArgumentException">
    /// Not exactly one of <paramref name="own"/> and <paramref name="shared"/> is given.
    /// </exception>
    /// <exception cref="TessarException">Every training of a kind failed.</exception>
    public static RemovalEffect Of(double[][]? own, double[][]? shared, double[][][] random, double[][] untouched, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(untouched);
        if (own is null == shared is null)
            throw new ArgumentException("Targets lose examples of their own, or all the same: give one of the two.", nameof(own));
        random = [.. random.Where(draw => draw.Length > 0)];
        if (random.Length == 0 || untouched.Length == 0 || shared is { Length: 0 }
            || own?.All(seeds => seeds.Length == 0) == true)
            throw new TessarException(
                "Every training of a removal failed, so there is no change to measure. Train the program once to see why.",
                ErrorKind.InputData)
            { Remedies = [new(RemedyKind.Train)] };
        int[] kept = [.. Enumerable.Range(0, own?.Length ?? shared![0].Length).Where(q => own is null || own[q].Length > 0)];
        double[]? ownMeans = own is null ? null : [.. kept.Select(q => own[q].Average())];
        Sampled untouchedMeans = new([untouched], kept), randomMeans = new(random, kept);
        Sampled? sharedMeans = shared is null ? null : new([shared], kept);

        int[] once = [.. Enumerable.Repeat(1, kept.Length)];
        (double chosen, double other, double full) = (
            ownMeans?.Average() ?? sharedMeans!.Mean(once), randomMeans.Mean(once), untouchedMeans.Mean(once));
        return new RemovalEffect
        {
            Change = Estimate.Of(chosen - full, Interval((a, _, c) => a - c)),
            Random = Estimate.Of(other - full, Interval((_, b, c) => b - c)),
            Relative = Estimate.Of(chosen - other, Interval((a, b, _) => a - b)),
            Targets = kept.Length,
        };

        (double, double) Interval(Func<double, double, double, double> statistic) => Bootstrap.Interval(seed, "removal", stream =>
        {
            int[] weights = Bootstrap.Weights(stream, kept.Length);
            double a = ownMeans is null ? sharedMeans!.Draw(stream, weights) : Weighted(ownMeans, weights);
            return statistic(a, randomMeans.Draw(stream, weights), untouchedMeans.Draw(stream, weights));
        });
    }

    private static double Weighted(double[] values, int[] weights)
    {
        double sum = 0;
        for (int q = 0; q < values.Length; q++)
            sum += weights[q] * values[q];
        return sum / values.Length;
    }

    /// <summary>Trainings that answer all targets, in groups: draws of a removal, each with its seeds.</summary>
    private sealed class Sampled(double[][][] groups, int[] kept)
    {
        // [group][seed][kept target]
        private readonly double[][][] _rows = [.. groups.Select(group =>
            group.Select(row => kept.Select(q => row[q]).ToArray()).ToArray())];

        public double Mean(int[] weights) => _rows.Average(group => group.Average(row => Weighted(row, weights)));

        /// <summary>Draws groups, and seeds within each.</summary>
        public double Draw(RandomStream stream, int[] weights)
        {
            double sum = 0;
            for (int i = 0; i < _rows.Length; i++)
            {
                double[][] group = _rows[stream.NextInt32(_rows.Length)];
                double inner = 0;
                for (int r = 0; r < group.Length; r++)
                    inner += Weighted(group[stream.NextInt32(group.Length)], weights);
                sum += inner / group.Length;
            }

            return sum / _rows.Length;
        }
    }
}
