namespace Tessar.Methods;

/// <summary>
/// The strongest training examples per target, of both signs: what is left of an attribution when its other scores aren't kept.
/// </summary>
public sealed class TopAttribution
{
    private readonly IReadOnlyList<IReadOnlyList<ScoredExample>> _proponents;
    private readonly IReadOnlyList<IReadOnlyList<ScoredExample>> _opponents;

    /// <summary>Wraps lists.</summary>
    /// <param name="proponents">
    /// Per target, the examples that raise its output most, strongest first; equally many for all.
    /// </param>
    /// <param name="opponents">Per target, those that lower it most, strongest first; as many.</param>
    /// <param name="trainCount">n, how many examples there are.</param>
    /// <param name="report">How they were found.</param>
    /// <exception cref="ArgumentException">Lists have different lengths, or none is there.</exception>
    public TopAttribution(
        IReadOnlyList<IReadOnlyList<ScoredExample>> proponents, IReadOnlyList<IReadOnlyList<ScoredExample>> opponents,
        int trainCount,
        AttributionReport report)
    {
        ArgumentNullException.ThrowIfNull(proponents);
        ArgumentNullException.ThrowIfNull(opponents);
        if (proponents.Count == 0 || opponents.Count != proponents.Count
            || proponents.Concat(opponents).Any(list => list.Count != proponents[0].Count))
            throw new ArgumentException(
                "Every target needs a list of proponents and one of opponents, all equally long.", nameof(proponents));
        (_proponents, _opponents, TrainCount, Report) = (proponents, opponents, trainCount, report);
    }

    /// <summary>n.</summary>
    public int TrainCount { get; }

    /// <summary>m.</summary>
    public int TargetCount => _proponents.Count;

    /// <summary>Examples kept per target and direction.</summary>
    public int Top => _proponents[0].Count;

    /// <summary>How they were found and what to know before trusting them.</summary>
    public AttributionReport Report { get; }

    /// <summary>The strongest of a matrix.</summary>
    /// <param name="matrix">All scores.</param>
    /// <param name="top">Examples to keep per target and direction, at least 1; at most n are kept.</param>
    public static TopAttribution Of(AttributionMatrix matrix, int top)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        int[] targets = [.. Enumerable.Range(0, matrix.TargetCount)];
        return new TopAttribution(
            [.. targets.Select(j => matrix.Proponents(j, top))], [.. targets.Select(j => matrix.Opponents(j, top))],
            matrix.TrainCount, matrix.Report);
    }

    /// <summary>The examples that raise a target's output most, strongest first; equal scores in order of index.</summary>
    /// <param name="target">In [0, m).</param>
    public IReadOnlyList<ScoredExample> Proponents(int target) => _proponents[target];

    /// <summary>The examples that lower a target's output most, strongest first; equal scores in order of index.</summary>
    /// <param name="target">In [0, m).</param>
    public IReadOnlyList<ScoredExample> Opponents(int target) => _opponents[target];
}
