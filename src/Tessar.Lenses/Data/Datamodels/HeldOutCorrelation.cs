using Tessar.Lenses.Data.Evaluation;
using Tessar.Methods;
using Tessar.Statistics;

namespace Tessar.Lenses.Data.Datamodels;

/// <summary>
/// How well datamodels predict models that they weren't fitted to: correlations, averaged over targets. Safe for several threads.
/// </summary>
/// <remarks>
/// A datamodel that predicts the same for all models counts as 0; a target that is the same for all is left out.
/// </remarks>
internal sealed class HeldOutCorrelation
{
    private readonly double[] _pearson;
    private readonly double[] _spearman;

    /// <summary>Makes room.</summary>
    public HeldOutCorrelation(int targets)
    {
        (_pearson, _spearman) = (new double[targets], new double[targets]);
        Array.Fill(_pearson, double.NaN);
        Array.Fill(_spearman, double.NaN);
    }

    /// <summary>Mean of Pearson's correlations; 0 when there is none.</summary>
    public double Pearson => Mean(_pearson);

    /// <summary>Compares a target's predictions with the truth.</summary>
    public void Add(int target, ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth)
    {
        if (!Varies(truth))
            return;
        bool predicts = Varies(predicted);
        _pearson[target] = predicts ? RankCorrelation.Pearson(predicted, truth) : 0;
        _spearman[target] = predicts ? RankCorrelation.Spearman(predicted, truth) : 0;
    }

    /// <summary>The numbers for a report.</summary>
    /// <param name="how">Which models were predicted, such as <c>models held out of the fit</c>.</param>
    public IEnumerable<SelfCheck> Checks(string how) =>
    [
        new(
            "held-out-correlation", Pearson, null,
            $"Pearson's correlation of predicted and true outputs over {how}, mean over targets; 1 is perfect."),
        new(
            "held-out-rank-correlation", Mean(_spearman), null,
            $"Spearman's correlation of predicted and true outputs over {how}, mean over targets."),
    ];

    // Up to rounding: the quotient would be noise.
    private static bool Varies(ReadOnlySpan<double> values)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double value in values)
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        return high - low > 1e-12 * Math.Max(Math.Abs(low), Math.Abs(high));
    }

    private static double Mean(double[] values)
    {
        double[] known = [.. values.Where(v => !double.IsNaN(v))];
        return known.Length > 0 ? known.Average() : 0;
    }
}
