using System.Numerics;
using System.Runtime.InteropServices;

namespace Tessar.Lenses.Data.Datamodels;

/// <summary>Covariances of the columns in a working set with each other, counted when a column first moves.</summary>
/// <remarks>
/// Only members' covariances with members are ever needed, so a row has as many numbers as the set, not n. Rows are kept until
/// they would take more than a cap; beyond it they are counted anew at each use. A pair costs M/64 popcounts.
/// </remarks>
internal sealed class WorkingGram(MaskColumns columns, long capBytes)
{
    private readonly List<float[]?> _rows = [];
    private readonly List<int> _known = [];
    private long _bytes;
    private float[] _scratch = [];

    /// <summary>The members' columns in the order they came.</summary>
    public List<int> Members { get; } = [];

    /// <summary>How many there are.</summary>
    public int Count => Members.Count;

    /// <summary>Forgets all members.</summary>
    public void Clear()
    {
        Members.Clear();
        _rows.Clear();
        _known.Clear();
        _bytes = 0;
    }

    /// <summary>Lets a column in.</summary>
    /// <returns>Its place.</returns>
    public int Add(int column)
    {
        Members.Add(column);
        _rows.Add(null);
        _known.Add(0);
        return Members.Count - 1;
    }

    /// <summary>g −= δ·C_a over all members.</summary>
    public void Subtract(Span<float> g, int a, float delta)
    {
        ReadOnlySpan<float> row = Row(a)[..g.Length];
        Span<Vector<float>> to = MemoryMarshal.Cast<float, Vector<float>>(g);
        ReadOnlySpan<Vector<float>> from = MemoryMarshal.Cast<float, Vector<float>>(row);
        var factor = new Vector<float>(-delta);
        for (int k = 0; k < to.Length; k++)
            to[k] = Vector.FusedMultiplyAdd(from[k], factor, to[k]);
        for (int b = to.Length * Vector<float>.Count; b < g.Length; b++)
            g[b] -= delta * row[b];
    }

    private ReadOnlySpan<float> Row(int a)
    {
        float[]? row = _rows[a];
        int known = _known[a];
        if (row is not null && known == Count)
            return row;
        if (row is null || row.Length < Count)
        {
            int length = Math.Max(Count + Count / 4, 32);
            long more = sizeof(float) * (long)(length - (row?.Length ?? 0));
            if (_bytes + more > capBytes)
            {
                if (_scratch.Length < Count)
                    _scratch = new float[length];
                Fill(_scratch, a, 0);
                return _scratch;
            }

            _bytes += more;
            Array.Resize(ref row, length);
            _rows[a] = row;
        }

        Fill(row, a, known);
        _known[a] = Count;
        return row;
    }

    private void Fill(Span<float> row, int a, int from)
    {
        ReadOnlySpan<int> members = CollectionsMarshal.AsSpan(Members);
        for (int b = from; b < members.Length; b++)
            row[b] = (float)columns.Covariance(members[a], members[b]);
    }
}
