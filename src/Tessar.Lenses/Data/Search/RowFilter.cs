namespace Tessar.Lenses.Data.Search;

/// <summary>One bit per row: whether a search looks at it.</summary>
internal sealed class RowFilter
{
    private readonly ulong[] _bits;

    /// <summary>Keeps the rows for which a question is answered with yes.</summary>
    /// <param name="count">Number of rows n.</param>
    /// <param name="keeps">Asked once per row.</param>
    public RowFilter(int count, Func<int, bool> keeps)
    {
        _bits = new ulong[(count + 63) / 64];
        Count = count;
        for (int row = 0; row < count; row++)
        {
            if (!keeps(row))
                continue;
            _bits[row / 64] |= 1UL << (row % 64);
            Kept++;
        }
    }

    /// <summary>n.</summary>
    public int Count { get; }

    /// <summary>Rows that are kept.</summary>
    public int Kept { get; }

    /// <summary>Whether a row is kept.</summary>
    public bool Keeps(int row) => (_bits[row / 64] >> (row % 64) & 1) != 0;
}
