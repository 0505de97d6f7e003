using Tessar.Methods;

namespace Tessar.Lenses.Data.Search;

/// <summary>The strongest scores of each query, of both signs, as they come in; equal scores rank by the smaller row.</summary>
/// <remarks>
/// Per query and sign a heap of at most K keys whose weakest lies on top. A key is one number, (ordered bits of the score, row
/// turned around), so that a comparison ranks score and row at once, and what is kept doesn't depend on the order in which rows
/// come.
/// </remarks>
internal sealed class TopScores
{
    private readonly ulong[] _highest;
    private readonly ulong[] _lowest;
    private readonly int[] _count;

    /// <summary>Starts empty.</summary>
    /// <param name="queries">m, at least 1.</param>
    /// <param name="top">K, at least 1.</param>
    public TopScores(int queries, int top)
    {
        (Queries, Top) = (queries, top);
        _highest = new ulong[checked(queries * top)];
        _lowest = new ulong[queries * top];
        _count = new int[queries];
        int padded = (queries + DotTile.Queries - 1) / DotTile.Queries * DotTile.Queries;
        AtLeast = new float[padded];
        AtMost = new float[padded];
        // No score reaches a NaN, so queries that only fill the last panel keep nothing.
        Array.Fill(AtLeast, float.NaN);
        Array.Fill(AtMost, float.NaN);
        Array.Fill(AtLeast, float.NegativeInfinity, 0, queries);
        Array.Fill(AtMost, float.PositiveInfinity, 0, queries);
    }

    /// <summary>m.</summary>
    public int Queries { get; }

    /// <summary>K.</summary>
    public int Top { get; }

    /// <summary>Per query, the least score that may still enter the highest; padded to whole panels.</summary>
    public float[] AtLeast { get; }

    /// <summary>Per query, the largest score that may still enter the lowest; padded likewise.</summary>
    public float[] AtMost { get; }

    /// <summary>Bytes of memory.</summary>
    public static long BytesOf(int queries, int top) => (long)queries * ((2L * sizeof(ulong) * top) + 12);

    /// <summary>Offers a score.</summary>
    /// <param name="query">In [0, m).</param>
    /// <param name="row">The row it belongs to.</param>
    /// <param name="score">Finite.</param>
    public void Push(int query, int row, float score)
    {
        int first = query * Top, count = _count[query];
        Keep(_highest, first, count, KeyOf(score, row));
        Keep(_lowest, first, count, KeyOf(-score, row));
        _count[query] = Math.Min(Top, count + 1);
        UpdateThresholds(query);
    }

    /// <summary>Takes over what another one keeps.</summary>
    public void Merge(TopScores other)
    {
        for (int query = 0; query < Queries; query++)
        {
            int first = query * Top, count = _count[query];
            for (int i = 0; i < other._count[query]; i++)
            {
                Keep(_highest, first, count + i, other._highest[first + i]);
                Keep(_lowest, first, count + i, other._lowest[first + i]);
            }

            _count[query] = Math.Min(Top, count + other._count[query]);
            UpdateThresholds(query);
        }
    }

    /// <summary>The rows with the highest scores, highest first.</summary>
    public ScoredExample[] Proponents(int query) =>
        [.. Strongest(_highest, query).Select(key => new ScoredExample(RowOf(key), ScoreOf(key)))];

    /// <summary>The rows with the lowest scores, lowest first.</summary>
    public ScoredExample[] Opponents(int query) =>
        [.. Strongest(_lowest, query).Select(key => new ScoredExample(RowOf(key), -ScoreOf(key) + 0f))];

    private IEnumerable<ulong> Strongest(ulong[] heaps, int query) =>
        heaps.AsSpan(query * Top, _count[query]).ToArray().OrderDescending();

    // Order of floats as order of unsigned numbers: negative ones have all bits turned, the others the first. −0 counts as 0.
    private static ulong KeyOf(float score, int row)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f);
        bits ^= (uint)((int)bits >> 31) | 0x80000000;
        return ((ulong)bits << 32) | (uint)~row;
    }

    private static float ScoreOf(ulong key)
    {
        uint bits = (uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle(bits ^ ((uint)((int)~bits >> 31) | 0x80000000));
    }

    private static int RowOf(ulong key) => (int)~(uint)key;

    private void UpdateThresholds(int query)
    {
        if (_count[query] < Top)
            return;
        AtLeast[query] = ScoreOf(_highest[query * Top]);
        AtMost[query] = -ScoreOf(_lowest[query * Top]);
    }

    private void Keep(ulong[] heap, int first, int count, ulong key)
    {
        if (count < Top)
            Append(heap, first, count, key);
        else if (key > heap[first])
            ReplaceWeakest(heap, first, key);
    }

    private static void Append(ulong[] heap, int first, int count, ulong key)
    {
        int i = count;
        for (int parent = (i - 1) / 2; i > 0 && key < heap[first + parent]; parent = (i - 1) / 2)
        {
            heap[first + i] = heap[first + parent];
            i = parent;
        }

        heap[first + i] = key;
    }

    private void ReplaceWeakest(ulong[] heap, int first, ulong key)
    {
        int i = 0;
        for (int child = 1; child < Top; child = (2 * i) + 1)
        {
            if (child + 1 < Top && heap[first + child + 1] < heap[first + child])
                child++;
            if (key <= heap[first + child])
                break;
            heap[first + i] = heap[first + child];
            i = child;
        }

        heap[first + i] = key;
    }
}
