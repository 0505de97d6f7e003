using System.Globalization;
using System.Numerics;

namespace Tessar.Lenses.Data.Datamodels;

/// <summary>The design of a datamodel: one column of M bits per training example, 1 where a subset has the example.</summary>
/// <remarks>
/// Column i stands for x̃_i = (x_i − μ_i)/σ_i, σ with divisor M; a column with σ = 0 is constant and counts as zero everywhere.
/// Two facts make the design cheap although it is never unpacked. x_i·x_j is the number of common bits. And the products of all
/// columns with one vector v share their parts: the 256 sums of v over subsets of 8 rows are made once, so a column costs M/8
/// additions instead of M. Immutable, so several threads may read it. Memory: n·M/8 bytes twice, by columns and by 8 rows at a
/// time.
/// </remarks>
internal sealed class MaskColumns
{
    private const int TableSize = 256;
    // Tables of 8 times 8 rows take 16 KB and stay in the first cache while all columns pass.
    private const int BlocksAtOnce = 8;

    private readonly ulong[] _words;
    private readonly byte[] _bytes;
    private readonly int _blocks;
    private readonly double[] _means;
    private readonly double[] _inverseDeviations;

    /// <summary>Wraps columns.</summary>
    /// <param name="rows">M, at least 1.</param>
    /// <param name="count">n, at least 1.</param>
    /// <param name="words">[n, ⌈M/64⌉]: row r of column i is bit r mod 64 of word r/64. Bits beyond M are 0. Not copied.</param>
    /// <exception cref="ArgumentException">The number of words doesn't fit, or a bit beyond M is set.</exception>
    public MaskColumns(int rows, int count, ulong[] words)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(words);
        (Rows, Count, WordsPerColumn, _words) = (rows, count, (rows + 63) / 64, words);
        if (words.LongLength != (long)count * WordsPerColumn)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"words holds {words.LongLength} numbers; expected {count} columns · {WordsPerColumn} words."), nameof(words));
        }

        _blocks = WordsPerColumn * 8;
        (_means, _inverseDeviations, _bytes) = (new double[count], new double[count], new byte[checked(_blocks * count)]);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<ulong> column = Column(i);
            if (rows % 64 != 0 && column[^1] >> (rows % 64) != 0)
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Column {i} has bits beyond row {rows - 1}."), nameof(words));
            int ones = 0;
            foreach (ulong word in column)
                ones += BitOperations.PopCount(word);
            double mean = (double)ones / rows;
            _means[i] = mean;
            _inverseDeviations[i] = ones == 0 || ones == rows ? 0 : 1 / Math.Sqrt(mean * (1 - mean));
            Constant += _inverseDeviations[i] == 0 ? 1 : 0;
            for (int b = 0; b < _blocks; b++)
                _bytes[b * count + i] = (byte)(column[b / 8] >> (b % 8 * 8));
        }
    }

    /// <summary>M.</summary>
    public int Rows { get; }

    /// <summary>n.</summary>
    public int Count { get; }

    /// <summary>Columns that are the same in every row.</summary>
    public int Constant { get; }

    /// <summary>⌈M/64⌉.</summary>
    public int WordsPerColumn { get; }

    /// <summary>μ_i, the share of rows that have the example.</summary>
    public ReadOnlySpan<double> Means => _means;

    /// <summary>1/σ_i; 0 for a constant column.</summary>
    public ReadOnlySpan<double> InverseDeviations => _inverseDeviations;

    /// <summary>The bits of a column.</summary>
    public ReadOnlySpan<ulong> Column(int i) => _words.AsSpan(i * WordsPerColumn, WordsPerColumn);

    /// <summary>Rows that have the example.</summary>
    public int Ones(int i) => (int)Math.Round(_means[i] * Rows);

    /// <summary>Whether a row has an example.</summary>
    public bool Has(int row, int i) => (_words[(long)i * WordsPerColumn + row / 64] >> (row % 64) & 1) != 0;

    /// <summary>C_ij = x̃_i·x̃_j/M = (common/M − μ_i μ_j)/(σ_i σ_j).</summary>
    public double Covariance(int i, int j)
    {
        ReadOnlySpan<ulong> a = Column(i), b = Column(j);
        int common = 0;
        for (int k = 0; k < a.Length; k++)
            common += BitOperations.PopCount(a[k] & b[k]);
        return ((double)common / Rows - _means[i] * _means[j]) * _inverseDeviations[i] * _inverseDeviations[j];
    }

    /// <summary>Adds δ to v in the rows that have example i.</summary>
    public void AddTo(Span<double> v, int i, double delta)
    {
        ReadOnlySpan<ulong> column = Column(i);
        for (int k = 0; k < column.Length; k++)
        {
            for (ulong left = column[k]; left != 0; left &= left - 1)
                v[64 * k + BitOperations.TrailingZeroCount(left)] += delta;
        }
    }

    /// <summary>Σ_r x_ri v_r for every column.</summary>
    /// <param name="v">[M].</param>
    /// <param name="sums">[n], overwritten.</param>
    /// <remarks>n·M/8 additions of table entries and 32·M for the tables.</remarks>
    public unsafe void Sums(ReadOnlySpan<double> v, Span<double> sums)
    {
        sums = sums[..Count];
        sums.Clear();
        int n = Count;
        Span<double> tables = stackalloc double[BlocksAtOnce * TableSize];
        fixed (double* t = tables, s = sums)
        fixed (byte* all = _bytes)
        {
            for (int first = 0; first < _blocks; first += BlocksAtOnce)
            {
                for (int b = 0; b < BlocksAtOnce; b++)
                    FillTable(tables.Slice(b * TableSize, TableSize), v, 8 * (first + b));
                byte* b0 = all + (long)first * n, b1 = b0 + n, b2 = b1 + n, b3 = b2 + n, b4 = b3 + n, b5 = b4 + n, b6 = b5
                    + n, b7 = b6 + n;
                for (int i = 0; i < n; i++)
                {
                    s[i] += t[b0[i]] + t[256 + b1[i]] + (t[512 + b2[i]] + t[768 + b3[i]])
                        + (t[1024 + b4[i]] + t[1280 + b5[i]] + (t[1536 + b6[i]] + t[1792 + b7[i]]));
                }
            }
        }
    }

    /// <summary>x̃_i·v/M for every column.</summary>
    /// <param name="v">[M].</param>
    /// <param name="products">[n], overwritten.</param>
    public void Products(ReadOnlySpan<double> v, Span<double> products)
    {
        Sums(v, products);
        double total = Total(v), scale = 1.0 / Rows;
        for (int i = 0; i < Count; i++)
            products[i] = (products[i] - _means[i] * total) * _inverseDeviations[i] * scale;
    }

    /// <summary>x̃_i·v/M for some columns.</summary>
    /// <param name="v">[M].</param>
    /// <param name="chosen">Their numbers.</param>
    /// <param name="products">[chosen], overwritten.</param>
    public void Products(ReadOnlySpan<double> v, ReadOnlySpan<int> chosen, Span<double> products)
    {
        products = products[..chosen.Length];
        products.Clear();
        Span<double> table = stackalloc double[TableSize];
        for (int b = 0; 8 * b < Rows; b++)
        {
            FillTable(table, v, 8 * b);
            ReadOnlySpan<byte> bytes = _bytes.AsSpan(b * Count, Count);
            for (int k = 0; k < chosen.Length; k++)
                products[k] += table[bytes[chosen[k]]];
        }

        double total = Total(v), scale = 1.0 / Rows;
        for (int k = 0; k < chosen.Length; k++)
            products[k] = (products[k] - _means[chosen[k]] * total) * _inverseDeviations[chosen[k]] * scale;
    }

    private double Total(ReadOnlySpan<double> v)
    {
        double total = 0;
        foreach (double value in v[..Rows])
            total += value;
        return total;
    }

    // Entry b is the sum of v over the bits of b: one more than the entry without its highest bit.
    private static void FillTable(Span<double> table, ReadOnlySpan<double> v, int row)
    {
        table[0] = 0;
        for (int bit = 0; bit < 8; bit++)
        {
            double value = row + bit < v.Length ? v[row + bit] : 0;
            int size = 1 << bit;
            for (int k = 0; k < size; k++)
                table[size + k] = table[k] + value;
        }
    }
}
