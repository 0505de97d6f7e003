using System.Globalization;

namespace Tessar.Methods;

/// <summary>
/// Scores [n train examples, m targets], row by row: positive means that having the example raises the target's output.
/// </summary>
public sealed class AttributionMatrix
{
    private readonly float[] _scores;

    /// <summary>Wraps scores.</summary>
    /// <param name="scores">n·m finite numbers, row by row; not copied.</param>
    /// <param name="trainCount">n, at least 1.</param>
    /// <param name="targetCount">m, at least 1.</param>
    /// <param name="report">How they were made.</param>
    /// <exception cref="ArgumentException">The number of scores isn't n·m.</exception>
    /// <exception cref="NumericalException">A score isn't finite; names the first.</exception>
    public AttributionMatrix(float[] scores, int trainCount, int targetCount, AttributionReport report)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentOutOfRangeException.ThrowIfLessThan(trainCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(targetCount, 1);
        if (scores.LongLength != (long)trainCount * targetCount)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"scores holds {scores.LongLength} numbers; expected {trainCount}·{targetCount}."),
                nameof(scores));
        }

        int bad = Array.FindIndex(scores, s => !float.IsFinite(s));
        if (bad >= 0)
        {
            throw new NumericalException(string.Create(
                CultureInfo.InvariantCulture,
                $"The score of train example {bad / targetCount} on target {bad % targetCount} is {scores[bad]}. ")
                + "Look for exploding gradients; a larger damping helps when the Gram matrix is nearly singular.");
        }

        (_scores, TrainCount, TargetCount, Report) = (scores, trainCount, targetCount, report);
    }

    /// <summary>n.</summary>
    public int TrainCount { get; }

    /// <summary>m.</summary>
    public int TargetCount { get; }

    /// <summary>How the scores were made and what to know before trusting them.</summary>
    public AttributionReport Report { get; }

    /// <summary>All scores, row by row.</summary>
    public ReadOnlyMemory<float> Scores => _scores;

    /// <summary>The score of train example <paramref name="train"/> on target <paramref name="target"/>.</summary>
    /// <param name="train">In [0, n).</param>
    /// <param name="target">In [0, m).</param>
    public float this[int train, int target]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(train);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(train, TrainCount);
            ArgumentOutOfRangeException.ThrowIfNegative(target);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(target, TargetCount);
            return _scores[(long)train * TargetCount + target];
        }
    }

    /// <summary>The examples that raise a target's output most, strongest first; equal scores in order of index.</summary>
    /// <param name="target">In [0, m).</param>
    /// <param name="count">How many at most, at least 1.</param>
    public IReadOnlyList<ScoredExample> Proponents(int target, int count) => Strongest(target, count, descending: true);

    /// <summary>The examples that lower a target's output most, strongest first; equal scores in order of index.</summary>
    /// <param name="target">In [0, m).</param>
    /// <param name="count">How many at most, at least 1.</param>
    public IReadOnlyList<ScoredExample> Opponents(int target, int count) => Strongest(target, count, descending: false);

    private ScoredExample[] Strongest(int target, int count, bool descending)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        count = Math.Min(count, TrainCount);
        // Priority = how weak an entry is: the weakest kept one is thrown out first, and among equals the one with the larger
        // index.
        var kept = new PriorityQueue<ScoredExample, (float Strength, int Order)>(count);
        float weakest = float.NaN;
        for (int i = 0; i < TrainCount; i++)
        {
            float score = this[i, target], strength = descending ? score : -score;
            if (kept.Count < count)
            {
                kept.Enqueue(new ScoredExample(i, score), (strength, -i));
            }
            else if (strength.CompareTo(weakest) > 0)
            {
                kept.DequeueEnqueue(new ScoredExample(i, score), (strength, -i));
            }
            else
            {
                continue; // nearly all of them: an equal score of a later example is the weaker one
            }

            kept.TryPeek(out _, out (float Strength, int Order) last);
            weakest = last.Strength;
        }

        var result = new ScoredExample[kept.Count];
        for (int r = result.Length - 1; r >= 0; r--)
            result[r] = kept.Dequeue();
        return result;
    }
}
