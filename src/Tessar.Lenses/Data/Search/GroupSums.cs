namespace Tessar.Lenses.Data.Search;

/// <summary>Sums of scores per query and group of rows: what a class, a source or a slice does together.</summary>
/// <remarks>
/// Sums are exact and rounded to fp64 once, so blocks and threads leave no trace. Memory: 72 bytes per query and group.
/// </remarks>
internal sealed class GroupSums
{
    private readonly long[] _pieces;
    private readonly int _groups;

    /// <summary>Starts at zero.</summary>
    /// <param name="queries">m.</param>
    /// <param name="groups">Number of groups.</param>
    public GroupSums(int queries, int groups)
    {
        _groups = groups;
        _pieces = new long[checked(queries * groups * ExactSum.Pieces)];
    }

    /// <summary>Bytes of memory.</summary>
    public static long BytesOf(int queries, int groups) => (long)queries * groups * ExactSum.Pieces * sizeof(long);

    /// <summary>The sum of a query's scores over a group.</summary>
    public double this[int query, int group] => ExactSum.Read(Of(query, group));

    /// <summary>Adds a score.</summary>
    public void Add(int query, int group, float score) => ExactSum.Add(Of(query, group), score);

    /// <summary>Adds another one's sums.</summary>
    public void Merge(GroupSums other)
    {
        for (int at = 0; at < _pieces.Length; at++)
            _pieces[at] += other._pieces[at];
    }

    private Span<long> Of(int query, int group) => _pieces.AsSpan(((query * _groups) + group) * ExactSum.Pieces, ExactSum.Pieces);
}
