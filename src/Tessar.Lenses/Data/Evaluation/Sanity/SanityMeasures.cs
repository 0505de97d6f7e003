using System.Globalization;
using Tessar.Methods;
using Tessar.Statistics;

namespace Tessar.Lenses.Data.Evaluation.Sanity;

/// <summary>Numbers that an attribution without errors has to have, whatever its quality.</summary>
internal static class SanityMeasures
{
    /// <summary>
    /// Spearman's correlation over train examples between two methods' or models' scores, target by target; NaN where one is
    /// constant.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static double[] RankAgreement(AttributionMatrix one, AttributionMatrix other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        if (one.TrainCount != other.TrainCount || one.TargetCount != other.TargetCount)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"One is [{one.TrainCount}, {one.TargetCount}], the other [{other.TrainCount}, {other.TargetCount}]."),
                nameof(other));
        }

        return [.. Enumerable.Range(0, one.TargetCount).Select(j => RankCorrelation.Spearman(Column(one, j), Column(other, j)))];
    }

    /// <summary>Whether each target's strongest proponent has its label.</summary>
    public static bool[] HasSameClassFirst(
        AttributionMatrix scores, IReadOnlyList<int> trainLabels, IReadOnlyList<int> targetLabels) =>
        [.. Enumerable.Range(0, scores.TargetCount)
            .Select(j => trainLabels[scores.Proponents(j, 1)[0].Train] == targetLabels[j])];

    /// <summary>
    /// The rate of <see cref="HasSameClassFirst"/> for scores that know nothing: the mean over targets of their class's share.
    /// </summary>
    public static double ChanceOfSameClass(IReadOnlyList<int> trainLabels, IReadOnlyList<int> targetLabels)
    {
        ILookup<int, int> byClass = trainLabels.ToLookup(label => label);
        return targetLabels.Average(label => (double)byClass[label].Count() / trainLabels.Count);
    }

    /// <summary>How many different examples are among the K strongest proponents of the targets, in [K, min(n, m·K)].</summary>
    public static int DistinctOnTop(AttributionMatrix scores, int top) =>
        Enumerable.Range(0, scores.TargetCount).SelectMany(j => scores.Proponents(j, top)).Select(influence => influence.Train)
            .Distinct().Count();

    /// <summary>How many different examples random scores would have there: n·(1 − (1 − K/n)^m).</summary>
    public static double DistinctByChance(int examples, int targets, int top) =>
        examples * (1 - Math.Pow(1 - (double)top / examples, targets));

    /// <summary>
    /// Of scores of 2n examples whose second half repeats the first: the largest |score[i, j] − score[i + n, j]| by the standard
    /// deviation of column j.
    /// </summary>
    /// <returns>0 when all copies score alike; infinite when a column without spread differs.</returns>
    public static double LargestGapOfCopies(AttributionMatrix scores)
    {
        int half = scores.TrainCount / 2;
        return Enumerable.Range(0, scores.TargetCount).Max(j =>
        {
            double[] column = Column(scores, j);
            double mean = column.Average(), deviation = Math.Sqrt(column.Average(s => (s - mean) * (s - mean)));
            double gap = Enumerable.Range(0, half).Max(i => Math.Abs(column[i] - column[i + half]));
            return gap == 0 ? 0 : gap / deviation;
        });
    }

    private static double[] Column(AttributionMatrix scores, int target) =>
        [.. Enumerable.Range(0, scores.TrainCount).Select(i => (double)scores[i, target])];
}
