using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Columns;

/// <summary>Arrays of equally many rows, read side by side in blocks of about a mebibyte.</summary>
internal sealed class ArrayTable : SourceTable
{
    private const int BlockBytes = 1 << 20;
    private readonly IReadOnlyList<ArraySource> _arrays;
    private readonly Func<CancellationToken, IReadOnlyList<StoreSource>> _files;
    private readonly SourceColumn[] _columns;

    /// <param name="split">Name of the split, or null.</param>
    /// <param name="arrays">The arrays, at least one.</param>
    /// <param name="files">Tells the files they come from; null for the arrays' own.</param>
    /// <exception cref="FileFormatException">They have different numbers of rows.</exception>
    public ArrayTable(
        string? split, IReadOnlyList<ArraySource> arrays, Func<CancellationToken, IReadOnlyList<StoreSource>>? files = null)
        : base(split)
    {
        foreach (ArraySource array in arrays.Where(array => array.Count != arrays[0].Count))
        {
            throw SourceFile.Refuse(
                array.Path, array.Offset, $"{arrays[0].Count} rows in `{array.Name}`, as in `{arrays[0].Name}`",
                $"{array.Count}");
        }

        _arrays = arrays;
        _columns = [.. arrays.Select(array => array.Column)];
        _files = files
            ?? (cancellation =>
                [.. arrays.Select(array => array.Path).Distinct(StringComparer.Ordinal)
                    .Select(path => SourceFile.Describe(path, cancellation))]);
    }

    /// <inheritdoc/>
    public override string Name => _arrays[0].Path;

    /// <inheritdoc/>
    public override IReadOnlyList<SourceColumn> Columns => _columns;

    /// <inheritdoc/>
    public override long Count => _arrays[0].Count;

    /// <summary>Arrays that can't be stored.</summary>
    public IReadOnlyList<UnreadColumn> UnreadArrays { get; init; } = [];

    /// <inheritdoc/>
    public override IReadOnlyList<UnreadColumn> Unread => UnreadArrays;

    /// <summary>Gives names to labels that nobody named.</summary>
    public Func<int, IReadOnlyList<string>>? NameClasses { get; init; }

    /// <summary>Names of the classes, if the source tells them.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string>? Classes => ClassNames;

    /// <inheritdoc/>
    public override IReadOnlyList<string> DefaultClasses(int largest) =>
        NameClasses?.Invoke(largest) ?? base.DefaultClasses(largest);

    /// <inheritdoc/>
    public override IReadOnlyList<StoreSource> Files(CancellationToken cancellation) => _files(cancellation);

    /// <inheritdoc/>
    public override (string Path, long? Offset) PlaceOf(SourceRow row, long index, int column)
    {
        ArraySource array = _arrays[column];
        return (array.Path, array.Offset + (index * array.RowBytes));
    }

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> Rows(IReadOnlyList<bool> wanted)
    {
        var readers = new ArrayReader?[_arrays.Count];
        try
        {
            for (int i = 0; i < readers.Length; i++)
                readers[i] = wanted[i] ? new ArrayReader(_arrays[i]) : null;
            long widest = Math.Max(
                1, _arrays.Where((_, i) => wanted[i]).Select(array => (long)array.RowBytes).DefaultIfEmpty(1).Max());
            int block = (int)Math.Max(1, BlockBytes / widest);
            for (long first = 0; first < Count; first += block)
            {
                int rows = (int)Math.Min(block, Count - first);
                Func<int, Cell>?[] values = [.. readers.Select(reader => reader?.Read(rows, first))];
                for (int i = 0; i < rows; i++)
                {
                    var cells = new Cell[values.Length];
                    for (int c = 0; c < cells.Length; c++)
                        cells[c] = values[c]?.Invoke(i) ?? default;
                    yield return new SourceRow(_arrays[0].Path, null, $"row {first + i}", cells);
                }
            }
        }
        finally
        {
            foreach (ArrayReader? reader in readers)
                reader?.Dispose();
        }
    }

    /// <summary>One array, from front to end.</summary>
    private sealed class ArrayReader(ArraySource array) : IDisposable
    {
        private readonly Stream _stream = array.Open();
        private byte[] _buffer = [];
        private long _position;

        /// <summary>The next rows in the store's type.</summary>
        public Func<int, Cell> Read(int rows, long first)
        {
            int bytes = checked(rows * array.RowBytes), size = Numbers.SizeOf(array.Type), stride = array.Column.Stride;
            if (_buffer.Length < bytes)
                _buffer = new byte[bytes];
            Fill(_buffer.AsSpan(0, bytes));
            long start = _position;
            _position += bytes;
            if (array.Text is { } text)
                return ReadText(text, rows, first);
            byte[] values = new byte[checked(rows * stride)];
            int wrong = Numbers.Convert(array.Type, array.IsBigEndian, _buffer.AsSpan(0, bytes), values);
            return wrong < 0 || array.Name == ColumnChoice.IdName
                ? row => new Cell(values.AsMemory(row * stride, stride))
                : throw SourceFile.Refuse(
                    array.Path, array.Offset + start + (wrong * size), $"numbers below 2^63 in `{array.Name}`", "a larger one");
        }

        public void Dispose() => _stream.Dispose();

        private Func<int, Cell> ReadText(FixedText text, int rows, long first)
        {
            var cells = new Cell[rows];
            for (int i = 0; i < rows; i++)
            {
                cells[i] = new Cell(text.Read(_buffer.AsSpan(i * text.Bytes, text.Bytes), array.IsBigEndian)
                    ?? throw SourceFile.Refuse(
                    array.Path, array.Offset + ((first + i) * text.Bytes), $"text in `{array.Name}`",
                    $"bytes that aren't any in row {first + i}"));
            }

            return row => cells[row];
        }

        private void Fill(Span<byte> bytes)
        {
            int read;
            try
            {
                read = _stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            }
            catch (InvalidDataException e)
            {
                throw SourceFile.Refuse(array.Path, array.Offset + _position, $"compressed data of `{array.Name}`", e.Message, e);
            }

            if (read < bytes.Length)
            {
                throw SourceFile.Refuse(
                    array.Path, array.Offset + _position + read, $"{bytes.Length - read} more bytes of `{array.Name}`",
                    "the end of the file");
            }
        }
    }
}
