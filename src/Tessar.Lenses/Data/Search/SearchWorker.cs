using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tessar.Lenses.Data.Search;

/// <summary>One thread's part of a search: scores blocks of rows and keeps the strongest.</summary>
internal sealed unsafe class SearchWorker : IDisposable
{
    /// <summary>Rows converted to fp32 at once: with a chunk of their numbers they fill a fifth of the second cache.</summary>
    private const int TileRows = 16 * DotTile.Rows;

    /// <summary>Queries whose sums are held at once, in panels.</summary>
    private const int PanelsAtOnce = 16;

    private readonly IReadOnlyList<SearchPart> _parts;
    private readonly IReadOnlyList<QueryPanels> _panels;
    private readonly SearchQuestion _question;
    private readonly AlignedBuffer<float> _tile = new(TileRows * DotTile.Depth);
    private readonly AlignedBuffer<double> _sums;
    private readonly int[] _rows;

    public SearchWorker(
        IReadOnlyList<SearchPart> parts, IReadOnlyList<QueryPanels> panels, SearchQuestion question, int blockRows)
    {
        (_parts, _panels, _question) = (parts, panels, question);
        _rows = new int[blockRows];
        _sums = new AlignedBuffer<double>(SumsOf(blockRows, panels[0].Count));
        Scores = new TopScores(question.Queries, question.Top);
        Groups = question.Groups is null ? null : new GroupSums(question.Queries, question.GroupCount);
    }

    /// <summary>What this thread has found.</summary>
    public TopScores Scores { get; }

    /// <summary>Sums over this thread's rows.</summary>
    public GroupSums? Groups { get; }

    /// <summary>The first row with a score that isn't finite, and its first such query; null while there is none.</summary>
    public (int Row, int Query)? Bad { get; private set; }

    /// <summary>Bytes of memory of one worker, the window it looks through included.</summary>
    public static long BytesOf(SearchQuestion question, int blockRows, long rowBytes) =>
        (TileRows * DotTile.Depth * sizeof(float)) + (SumsOf(blockRows, question.Queries) * sizeof(double))
            + ((rowBytes + sizeof(int)) * blockRows)
        + TopScores.BytesOf(question.Queries, question.Top)
        + GroupSums.BytesOf(question.Queries, question.Groups is null ? 0 : question.GroupCount);

    /// <summary>Scores rows [first, first + count).</summary>
    public void Process(int first, int count)
    {
        int kept = Choose(first, count), all = _panels[0].Panels;
        for (int panel = 0; panel < all && kept > 0; panel += PanelsAtOnce)
        {
            int panels = Math.Min(PanelsAtOnce, all - panel);
            _sums.Clear();
            for (int part = 0; part < _parts.Count; part++)
                AddPart(part, kept, panel, panels);
            Finish(kept, panel, panels);
        }
    }

    public void Dispose()
    {
        _tile.Dispose();
        _sums.Dispose();
    }

    // The last tile may reach beyond the block; what it adds there is zero.
    private static long SumsOf(int blockRows, int queries) =>
        (blockRows
            + DotTile.Rows) * (long)Math.Min(PanelsAtOnce, (queries + DotTile.Queries - 1) / DotTile.Queries) * DotTile.Queries;

    private int Choose(int first, int count)
    {
        int kept = 0;
        for (int row = first; row < first + count; row++)
        {
            if (_question.Filter?.Keeps(row) ?? true)
                _rows[kept++] = row;
        }

        return kept;
    }

    private void AddPart(int part, int kept, int panel, int panels)
    {
        IStoredRows rows = _parts[part].Rows;
        int rowBytes = rows.Width * (rows.IsHalf ? sizeof(ushort) : sizeof(float));
        for (int at = 0; at < kept;)
        {
            int first = _rows[at];
            using RowWindow window = rows.Open(first, _rows[kept - 1] + 1 - first);
            int end = at;
            while (end < kept && _rows[end] < first + window.Count)
                end++;
            for (; at < end; at += Math.Min(TileRows, end - at))
                AddTile(part, window.Start - ((long)first * rowBytes), rowBytes, at, Math.Min(TileRows, end - at), panel, panels);
        }
    }

    // Chunk by chunk, so that the converted rows and the queries they meet stay in the caches.
    private void AddTile(int part, byte* origin, int rowBytes, int at, int count, int panel, int panels)
    {
        IStoredRows rows = _parts[part].Rows;
        QueryPanels queries = _panels[part];
        int stride = panels * DotTile.Queries;
        int whole = (count + DotTile.Rows - 1) / DotTile.Rows * DotTile.Rows;
        for (int start = 0; start < rows.Width; start += DotTile.Depth)
        {
            int depth = Math.Min(DotTile.Depth, rows.Width - start);
            for (int r = 0; r < count; r++)
                Convert(origin + ((long)_rows[at + r] * rowBytes), rows.IsHalf, start, depth, _tile.Start + (r * DotTile.Depth));
            for (int r = count; r < whole; r++)
                new Span<float>(_tile.Start + (r * DotTile.Depth), depth).Clear();
            for (int p = 0; p < panels; p++)
            {
                float* numbers = queries.Numbers(start, panel + p);
                double* scales = queries.Scales(panel + p);
                for (int r = 0; r < whole; r += DotTile.Rows)
                    DotTile.Add(
                        _tile.Start + (r * DotTile.Depth), numbers, depth, scales,
                        _sums.Start + ((long)(at + r) * stride) + (p * DotTile.Queries), stride);
            }
        }
    }

    private static void Convert(byte* row, bool isHalf, int start, int depth, float* to)
    {
        if (isHalf)
            SingleRows.FromHalf((ushort*)row + start, to, depth);
        else
            new ReadOnlySpan<float>((float*)row + start, depth).CopyTo(new Span<float>(to, depth));
    }

    // score = fp32(sum / C · Q̄). A vector of scores of which none may enter a heap costs three comparisons.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(int kept, int panel, int panels)
    {
        int stride = panels * DotTile.Queries;
        Vector256<double> checkpoints = Vector256.Create((double)_parts.Count);
        fixed (float* atLeast = Scores.AtLeast, atMost = Scores.AtMost)
        {
            for (int i = 0; i < kept; i++)
            {
                double* sums = _sums.Start + ((long)i * stride);
                Vector256<double> factor = Vector256.Create(_question.RowFactors is { } factors ? factors[_rows[i]] : 1);
                for (int lane = 0; lane < stride; lane += 8)
                {
                    int query = (panel * DotTile.Queries) + lane;
                    Vector256<float> scores = Vector256.Narrow(
                        Vector256.Load(sums + lane) / checkpoints * factor,
                        Vector256.Load(sums + lane + 4) / checkpoints * factor);
                    uint notable = (Vector256.GreaterThanOrEqual(scores, Vector256.Load(atLeast + query))
                        | Vector256.LessThanOrEqual(scores, Vector256.Load(atMost + query))
                        | ~Vector256.LessThan(Vector256.Abs(scores), Vector256.Create(float.PositiveInfinity)))
                            .ExtractMostSignificantBits();
                    if (notable != 0)
                        Push(_rows[i], query, notable, scores);
                    if (Groups is not null)
                        AddToGroup(_rows[i], query, scores);
                }
            }
        }
    }

    private void Push(int row, int query, uint notable, Vector256<float> scores)
    {
        for (; notable != 0; notable &= notable - 1)
        {
            int lane = System.Numerics.BitOperations.TrailingZeroCount(notable);
            float score = scores.GetElement(lane);
            if (!float.IsFinite(score))
                Note(row, query + lane);
            else
                Scores.Push(query + lane, row, score);
        }
    }

    private void Note(int row, int query)
    {
        if (query < _question.Queries && (Bad is not { } known || row < known.Row || (row == known.Row && query < known.Query)))
            Bad = (row, query);
    }

    private void AddToGroup(int row, int query, Vector256<float> scores)
    {
        for (int lane = 0; lane < 8 && query + lane < _question.Queries; lane++)
        {
            float score = scores.GetElement(lane);
            if (float.IsFinite(score))
                Groups!.Add(query + lane, _question.Groups![row], score);
        }
    }
}
