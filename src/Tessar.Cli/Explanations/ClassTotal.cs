using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Cli.Explanations;

/// <summary>What all training examples of one class did to a target.</summary>
/// <param name="Class">Name of the class they were trained as.</param>
/// <param name="Examples">How many there are.</param>
/// <param name="Raised">Sum of the positive scores.</param>
/// <param name="Lowered">Sum of the negative scores.</param>
/// <param name="Share">Their part of the sum of absolute scores over all examples, in [0, 1].</param>
internal sealed record ClassTotal(string Class, int Examples, double Raised, double Lowered, double Share)
{
    public double Sum => Raised + Lowered;

    /// <summary>The totals of a target, the largest sum first; classes without examples are left out.</summary>
    public static IReadOnlyList<ClassTotal> Of(AttributionMatrix matrix, int target, ExampleSet train)
    {
        int classes = train.Store.ClassNames.Count;
        var (examples, raised, lowered) = (new int[classes], new double[classes], new double[classes]);
        for (int i = 0; i < matrix.TrainCount; i++)
        {
            int label = train.Label(i);
            float score = matrix[i, target];
            examples[label]++;
            raised[label] += Math.Max(score, 0);
            lowered[label] += Math.Min(score, 0);
        }

        double all = raised.Sum() - lowered.Sum();
        return
        [
            .. Enumerable.Range(0, classes).Where(c => examples[c] > 0)
                .Select(c =>
                    new ClassTotal(
                        train.Store.ClassNames[c], examples[c], raised[c], lowered[c],
                        all > 0 ? (raised[c] - lowered[c]) / all : 0))
                .OrderByDescending(total => total.Sum),
        ];
    }
}

/// <summary>How much of the scores the strongest examples carry.</summary>
/// <param name="Count">The k examples with the largest absolute scores.</param>
/// <param name="Share">Their part of the sum of absolute scores, in [0, 1].</param>
internal readonly record struct ScoreShare(int Count, double Share)
{
    private static readonly int[] _counts = [1, 10, 100, 1000, 10_000, 100_000];

    /// <summary>The shares for k = 1, 10, 100, ... below the number of training examples.</summary>
    public static IReadOnlyList<ScoreShare> Of(AttributionMatrix matrix, int target)
    {
        double[] strengths = new double[matrix.TrainCount];
        for (int i = 0; i < strengths.Length; i++)
            strengths[i] = Math.Abs(matrix[i, target]);
        Array.Sort(strengths, (a, b) => b.CompareTo(a));
        double all = strengths.Sum();
        return [.. _counts.Where(k => k < strengths.Length)
            .Select(k => new ScoreShare(k, all > 0 ? strengths.Take(k).Sum() / all : 0))];
    }
}
