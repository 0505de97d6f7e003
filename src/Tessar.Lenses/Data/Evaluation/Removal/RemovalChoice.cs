using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>Which examples are removed.</summary>
internal static class RemovalChoice
{
    /// <summary>The number of examples that a share of n stands for.</summary>
    /// <param name="share">In (0, 1).</param>
    /// <param name="examples">n.</param>
    /// <exception cref="TessarException">It is none of them, or all.</exception>
    public static int CountOf(double share, int examples)
    {
        int count = (int)Math.Round(share * examples, MidpointRounding.AwayFromZero);
        return count >= 1 && count < examples ? count : throw new TessarException(
            string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"A share of {share} of {examples} training examples is {count}; at least one has to be removed and one kept. ")
            + "Choose another share.",
            ErrorKind.Usage);
    }

    /// <summary>
    /// The first k of a random order, so that larger removals hold the smaller ones; the same for every method.
    /// </summary>
    /// <param name="examples">Training examples.</param>
    /// <param name="count">k.</param>
    /// <param name="seed">Decides the orders.</param>
    /// <param name="draw">Which order.</param>
    public static int[] AtRandom(int examples, int count, ulong seed, int draw)
    {
        int[] order = [.. Enumerable.Range(0, examples)];
        new RandomStream(seed, "random removal", draw).Shuffle<int>(order);
        return order[..count];
    }

    /// <summary>The k highest scores on a target, highest first.</summary>
    public static int[] Proponents(AttributionMatrix scores, int target, int count) =>
        [.. scores.Proponents(target, count).Select(influence => influence.Train)];

    /// <summary>
    /// Train examples by the sum of their scores over some targets, highest first; equal ones in order of index.
    /// </summary>
    public static int[] BySum(AttributionMatrix scores, IReadOnlyList<int> targets, bool ofMagnitudes = false)
    {
        double[] sums = [.. Enumerable.Range(0, scores.TrainCount)
            .Select(i => targets.Sum(j => ofMagnitudes ? Math.Abs((double)scores[i, j]) : scores[i, j]))];
        return [.. Enumerable.Range(0, sums.Length).OrderByDescending(i => sums[i]).ThenBy(i => i)];
    }
}
