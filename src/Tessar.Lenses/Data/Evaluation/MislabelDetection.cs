using Tessar.Statistics;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>How well a ranking of the training examples finds wrong labels that are known.</summary>
public sealed class MislabelDetection
{
    private readonly bool[] _wrongInOrder;
    private readonly bool[] _endsTie;

    /// <summary>Ranks examples by suspicion, most suspicious first; equal ones in order of index.</summary>
    /// <param name="suspicion">One finite number per example, for example its self-influence.</param>
    /// <param name="isWrong">Whether its label is known to be wrong; at least one is, and one isn't.</param>
    /// <exception cref="ArgumentException">
    /// Lengths differ, a number isn't finite, or all labels are right or all wrong.
    /// </exception>
    public MislabelDetection(IReadOnlyList<float> suspicion, IReadOnlyList<bool> isWrong)
    {
        ArgumentNullException.ThrowIfNull(suspicion);
        ArgumentNullException.ThrowIfNull(isWrong);
        if (suspicion.Count != isWrong.Count)
            throw new ArgumentException(
                $"suspicion has {suspicion.Count} numbers, isWrong {isWrong.Count}; both need one per example.", nameof(isWrong));
        if (suspicion.Any(s => !float.IsFinite(s)))
            throw new ArgumentException("suspicion holds a number that isn't finite.", nameof(suspicion));
        WrongCount = isWrong.Count(w => w);
        if (WrongCount == 0 || WrongCount == isWrong.Count)
            throw new ArgumentException(
                $"{WrongCount} of {isWrong.Count} labels are wrong; some have to be wrong and some right.", nameof(isWrong));
        Ranking = [.. Enumerable.Range(0, suspicion.Count).OrderByDescending(i => suspicion[i]).ThenBy(i => i)];
        _wrongInOrder = [.. Ranking.Select(i => isWrong[i])];
        _endsTie = [.. Ranking.Select((index, r) => r == Ranking.Count - 1 || suspicion[Ranking[r + 1]] != suspicion[index])];
        Auroc = AreaUnderCurve(suspicion, isWrong);
    }

    /// <summary>Indices of the examples, most suspicious first.</summary>
    public IReadOnlyList<int> Ranking { get; }

    /// <summary>Number of wrong labels.</summary>
    public int WrongCount { get; }

    /// <summary>Probability that a wrong label is more suspicious than a right one, in [0, 1]; ties count half.</summary>
    public double Auroc { get; }

    /// <summary>How many wrong labels lie among the most suspicious examples.</summary>
    /// <param name="inspected">How many examples are looked at, at least 0.</param>
    public int FoundInFirst(int inspected)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inspected);
        return _wrongInOrder.Take(inspected).Count(w => w);
    }

    /// <summary>The share of wrong labels among the most suspicious part of the examples, in [0, 1].</summary>
    /// <param name="fraction">Part that is looked at, in [0, 1]; rounded to whole examples.</param>
    public double RecallAt(double fraction)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fraction);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fraction, 1);
        return (double)FoundInFirst((int)Math.Round(fraction * _wrongInOrder.Length, MidpointRounding.AwayFromZero)) / WrongCount;
    }

    /// <summary>
    /// The 95 % interval of <see cref="Auroc"/> over which examples there are: right and wrong ones drawn together, 2,000 times.
    /// </summary>
    /// <param name="seed">Decides the draws.</param>
    /// <remarks>Cost: 2,000·n.</remarks>
    internal (double Low, double High) AurocInterval(ulong seed) =>
        Bootstrap.Interval(seed, "auroc bootstrap", stream => AreaUnderCurve(Bootstrap.Weights(stream, _wrongInOrder.Length)));

    // The same area where the example of rank r counts weights[r] times: every pair of a wrong and a less suspicious right one,
    // ties half.
    private double AreaUnderCurve(int[] weights)
    {
        double pairs = 0, wrongBefore = 0, wrong = 0, right = 0, allRight = 0;
        for (int r = 0; r < weights.Length; r++)
        {
            if (_wrongInOrder[r])
                wrong += weights[r];
            else
                right += weights[r];
            if (!_endsTie[r])
                continue;
            pairs += right * (wrongBefore + wrong / 2);
            (wrongBefore, allRight, wrong, right) = (wrongBefore + wrong, allRight + right, 0, 0);
        }

        return pairs / (wrongBefore * allRight);
    }

    // Mann–Whitney: (Σ average ranks of the wrong − n₁(n₁+1)/2) / (n₁ n₀), rank 1 the least suspicious.
    private static double AreaUnderCurve(IReadOnlyList<float> suspicion, IReadOnlyList<bool> isWrong)
    {
        int[] order = [.. Enumerable.Range(0, suspicion.Count).OrderBy(i => suspicion[i])];
        double rankSum = 0;
        for (int start = 0; start < order.Length;)
        {
            int end = start;
            while (end < order.Length && suspicion[order[end]] == suspicion[order[start]])
                end++;
            double averageRank = (start + 1 + end) / 2.0;
            for (int r = start; r < end; r++)
            {
                if (isWrong[order[r]])
                    rankSum += averageRank;
            }

            start = end;
        }

        double wrong = isWrong.Count(w => w);
        return (rankSum - wrong * (wrong + 1) / 2) / (wrong * (isWrong.Count - wrong));
    }
}
