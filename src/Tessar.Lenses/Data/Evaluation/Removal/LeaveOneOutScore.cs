using System.Globalization;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Statistics;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>
/// How well scores agree with what removing single examples does: correlation over removed examples, a mean over targets.
/// </summary>
/// <remarks>
/// For each target q and removed example i: effect e_i(q) = f_full(q) − f_without i(q), means over R trainings; r_q = correlation
/// over i of e_i(q) and score[i, q]. f_full is the same for every i, so it plays no part. Intervals resample targets and removed
/// examples together. A single example moves a network less than another seed does: the noise ceiling says what a perfect method
/// would reach, and the standard deviations say why. Cost: resamples·m·removed.
/// </remarks>
internal sealed record LeaveOneOutScore
{
    private const double Rounding = 1e-12;

    /// <summary>Mean over targets of Pearson's correlation.</summary>
    public required Estimate Pearson { get; init; }

    /// <summary>Mean over targets of Spearman's correlation.</summary>
    public required Estimate Spearman { get; init; }

    /// <summary>Pearson's correlation that a perfect method would reach, with its interval; null for one seed.</summary>
    public required Estimate? NoiseCeiling { get; init; }

    /// <summary>
    /// Standard deviation over removed examples of the mean margin, root mean square over targets: signal and noise together.
    /// </summary>
    public required double Spread { get; init; }

    /// <summary>Standard deviation of that mean margin that seeds alone make, s/√R; null for one seed.</summary>
    public required double? SeedNoise { get; init; }

    /// <summary>r_q of Pearson of each target that was kept.</summary>
    public required IReadOnlyList<double> PerTarget { get; init; }

    /// <summary>Targets left out because effects or scores are the same for every removed example.</summary>
    public required int ExcludedColumns { get; init; }

    /// <summary>Removed examples with a trained model.</summary>
    public required int Removed { get; init; }

    /// <summary>Computes it.</summary>
    /// <param name="scores">Scores [n, m].</param>
    /// <param name="removed">The example that each trial leaves out.</param>
    /// <param name="truth">Margins of the m targets, trial by trial.</param>
    /// <param name="seed">Decides the resamples.</param>
    /// <exception cref="ArgumentException">The shapes don't fit.</exception>
    /// <exception cref="NumericalException">Every column is constant.</exception>
    public static LeaveOneOutScore Of(AttributionMatrix scores, IReadOnlyList<int> removed, SubsetOutputs truth, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(removed);
        ArgumentNullException.ThrowIfNull(truth);
        if (removed.Count != truth.Masks.Count || scores.TargetCount != truth.Targets)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"{removed.Count} removed examples and {scores.TargetCount} targets; the outputs are of {truth.Masks.Count} and "
                    + $"{truth.Targets}."), nameof(removed));
        }

        int[] seeds = [.. Enumerable.Range(0, truth.Seeds)], trials = truth.Answered;
        double[][] effects = [.. Enumerable.Range(0, truth.Targets)
            .Select(q => trials.Select(j => -truth.Mean(j, q, seeds)).ToArray())];
        double[][] predicted = [.. Enumerable.Range(0, truth.Targets)
            .Select(q => trials.Select(j => (double)scores[removed[j], q]).ToArray())];
        int[] kept = [.. Enumerable.Range(0, truth.Targets).Where(q => Varies(effects[q]) && Varies(predicted[q]))];
        if (kept.Length == 0)
        {
            throw new NumericalException(
                "For every target the effects or the scores of all removed examples are the same, so nothing can be correlated. "
                    + "Look at the scores.")
            { Remedies = [new(RemedyKind.Attribute)] };
        }

        effects = [.. kept.Select(q => effects[q])];
        predicted = [.. kept.Select(q => predicted[q])];
        double[] perTarget = [.. effects.Zip(predicted, (e, s) => RankCorrelation.Pearson(e, s))];
        double? ceiling = Evaluation.NoiseCeiling.Of(truth, kept, seed, (x, y) => RankCorrelation.Pearson(x, y));
        return new LeaveOneOutScore
        {
            Pearson = Estimate.Of(perTarget.Average(), PearsonInterval(effects, predicted, seed)),
            Spearman = Estimate.Of(
                effects.Zip(predicted, (e, s) => RankCorrelation.Spearman(e, s)).Average(),
                SpearmanInterval(effects, predicted, seed)),
            NoiseCeiling = ceiling is { } reached && Evaluation.NoiseCeiling.Interval(truth, kept, seed) is { } interval
                ? Estimate.Of(reached, interval)
                : null,
            Spread = Math.Sqrt(effects.Average(Variance)),
            SeedNoise = NoiseOf(truth, kept),
            PerTarget = perTarget,
            ExcludedColumns = truth.Targets - kept.Length,
            Removed = trials.Length,
        };
    }

    private static (double, double) PearsonInterval(double[][] x, double[][] y, ulong seed) =>
        Bootstrap.Interval(seed, "loo pearson", stream =>
    {
        int[] weights = Bootstrap.Weights(stream, x[0].Length);
        return MeanOfDrawn(stream, x.Length, q => RankCorrelation.Pearson(x[q], y[q], weights));
    });

    private static (double, double) SpearmanInterval(double[][] x, double[][] y, ulong seed)
    {
        RankedColumn[] a = [.. x.Select(column => new RankedColumn(column))], b =
            [.. y.Select(column => new RankedColumn(column))];
        return Bootstrap.Interval(seed, "loo spearman", stream =>
        {
            int[] weights = Bootstrap.Weights(stream, x[0].Length);
            double[] ranksA = new double[weights.Length], ranksB = new double[weights.Length];
            return MeanOfDrawn(stream, x.Length, q => RankedColumn.Correlation(a[q], b[q], weights, ranksA, ranksB));
        });
    }

    private static double MeanOfDrawn(RandomStream stream, int count, Func<int, double> value)
    {
        double sum = 0;
        int found = 0;
        for (int i = 0; i < count; i++)
        {
            double one = value(stream.NextInt32(count));
            if (double.IsNaN(one))
                continue;
            sum += one;
            found++;
        }

        return sum / found;
    }

    // √(mean over trials and targets of the variance over seeds, divided by R).
    private static double? NoiseOf(SubsetOutputs truth, int[] targets)
    {
        if (truth.Seeds < 2 || truth.Complete.Length == 0)
            return null;
        double variance = truth.Complete.Average(j =>
            targets.Average(q => Variance([.. Enumerable.Range(0, truth.Seeds).Select(r => truth.Mean(j, q, [r]))])));
        return Math.Sqrt(variance / truth.Seeds);
    }

    private static double Variance(double[] values)
    {
        double mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
    }

    private static bool Varies(double[] column)
    {
        double low = column.Min(), high = column.Max();
        return high - low > Rounding * Math.Max(Math.Abs(low), Math.Abs(high));
    }
}
