using System.Buffers.Binary;
using System.Collections.ObjectModel;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text.Json;

namespace Tessar.Examples;

/// <summary>
/// Writes an example store row by row. The file appears under its name when <see cref="Finish"/> returns, or not at
/// all.
/// </summary>
/// <remarks>
/// The same rows and layout give the same bytes on every machine. Memory: about 1 MiB per column. After the rows the file is
/// read back once for its checksums; the header goes last, so that an unfinished file is never taken for a store.
/// </remarks>
/// <example><code>
/// using var writer = ExampleStoreWriter.Create("digits.tess", new StoreLayout
/// {
///     Columns = [StoreColumn.Image("image", new ImageShape(8, 8, 1)), StoreColumn.Scalar("label", ElementType.I32)],
///     Splits = [new StoreSplit("train", 0, 2)],
///     Classes = ["zero", "one"],
/// });
/// writer.Append([.. pixelsOfFirst, 0, 0, 0, 0]);
/// writer.Append([.. pixelsOfSecond, 1, 0, 0, 0]);
/// writer.Finish();
/// </code></example>
public sealed class ExampleStoreWriter : IDisposable
{
    private const int Chunk = 1 << 20;
    private readonly StoreLayout _layout;
    private readonly AtomicFile _file;
    private readonly ColumnWriter[] _columns;
    private readonly ColumnWriter? _ids;
    private readonly StoreSplit[] _splits;
    private readonly List<ColumnAccumulator[]> _statistics = [];
    private readonly int _rowBytes;
    private readonly long _count;
    private readonly long _end;
    private long _row;
    private int _split = -1;
    private bool _isBroken;

    private ExampleStoreWriter(string path, StoreLayout layout)
    {
        (StoreColumn[] columns, _splits, long? ids, _end) = StoreRules.Place(layout.Columns, layout.Splits, layout.HasIds);
        _layout = layout with { Columns = columns };
        _count = _splits.Sum(split => split.Count);
        _rowBytes = columns.Sum(column => column.Stride);
        _file = AtomicFile.Create(path, _end);
        _columns = [.. columns.Select(column => new ColumnWriter(_file, column.Offset, column.Stride))];
        _ids = ids is { } offset ? new ColumnWriter(_file, offset, sizeof(ulong)) : null;
    }

    /// <summary>Starts a store and reserves its space on the disk.</summary>
    /// <param name="path">The file; an existing one is replaced when the new one is finished.</param>
    /// <param name="layout">Columns, splits and classes.</param>
    /// <exception cref="ArgumentException">The layout contradicts itself; the message says where.</exception>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public static ExampleStoreWriter Create(string path, StoreLayout layout)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(layout);
        if (!StoreRules.IsPageSize(layout.PageSize))
        {
            throw new ArgumentException(
                $"The page size is {layout.PageSize}; it has to be a power of two from 65536 to 2^30.", nameof(layout));
        }

        if (StoreRules.Violation(layout.Columns, layout.Splits, layout.Classes) is { } violation)
        {
            throw new ArgumentException(
                $"The layout of {path} has {violation}. Correct it before the first row is written.", nameof(layout));
        }

        return new ExampleStoreWriter(path, layout);
    }

    /// <summary>Adds the next row.</summary>
    /// <param name="row">
    /// The values of all columns one after the other, little-endian: the sum of the columns' strides in bytes.
    /// </param>
    /// <param name="id">The row's id, exactly when the layout has ids.</param>
    /// <remarks>After an exception the writer can only be disposed.</remarks>
    /// <exception cref="ArgumentException">
    /// Wrong length, a label that isn't a class, a number that isn't finite, or a missing id.
    /// </exception>
    /// <exception cref="InvalidOperationException">All rows have been written.</exception>
    /// <exception cref="TessarException">The disk is full.</exception>
    public void Append(ReadOnlySpan<byte> row, ulong? id = null)
    {
        CheckWhole();
        if (_row == _count)
        {
            throw new InvalidOperationException(
                $"The layout has {_count} rows, and all have been written. Raise the count of a split.");
        }

        if (row.Length != _rowBytes)
            throw new ArgumentException($"Row {_row} has {row.Length} bytes, but the columns have {_rowBytes}.", nameof(row));
        if (id.HasValue != _layout.HasIds)
        {
            throw new ArgumentException(
                $"Row {_row} has {(id.HasValue ? "an" : "no")} id, but the layout says {nameof(StoreLayout.HasIds)} = "
                + $"{_layout.HasIds}.",
                nameof(id));
        }

        _isBroken = true;
        EnterSplit();
        int start = 0;
        for (int i = 0; i < _columns.Length; i++)
        {
            ReadOnlySpan<byte> value = row.Slice(start, _layout.Columns[i].Stride);
            _statistics[_split][i].Add(value, _row);
            _columns[i].Write(value);
            start += value.Length;
        }

        if (id is { } number)
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
            _ids!.Write(bytes);
        }

        _row++;
        _isBroken = false;
    }

    /// <summary>Writes checksums, manifest and header, flushes to the disk and gives the file its name.</summary>
    /// <param name="provenance">What the store was made from; null for arrays in memory.</param>
    /// <returns>The store's identity.</returns>
    /// <exception cref="InvalidOperationException">Rows are missing.</exception>
    /// <exception cref="TessarException">The disk is full.</exception>
    public string Finish(StoreProvenance? provenance = null)
    {
        (StoreHeader header, string identity) =
            WriteAllButHeader(provenance ?? new StoreProvenance("arrays", [], ReadOnlyDictionary<string, string>.Empty));
        _file.WriteAt(0, header.ToBytes());
        _file.Commit();
        return identity;
    }

    /// <summary>Removes what has been written, unless <see cref="Finish"/> has returned.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Writes what the header vouches for, down to the disk.</summary>
    internal (StoreHeader Header, string Identity) WriteAllButHeader(StoreProvenance provenance)
    {
        CheckWhole();
        if (_row != _count)
            throw new InvalidOperationException($"{_row} of {_count} rows have been written. Append the others first.");
        while (_statistics.Count < _splits.Length)
            AddAccumulators();
        foreach (ColumnWriter column in _columns)
            column.Flush();
        _ids?.Flush();
        _file.SetLength(_end);

        byte[] hashes = HashPages();
        _file.WriteAt(_end, hashes);
        byte[] manifest = JsonSerializer.SerializeToUtf8Bytes(Manifest(hashes, provenance), ManifestJson.Default.StoreManifest);
        long offset = StoreRules.Align(_end + hashes.Length);
        _file.WriteAt(offset, manifest);
        _file.Flush();
        var header = new StoreHeader(
            _layout.HasIds, _layout.PageSize, _count, _columns.Length, offset, manifest.Length, XxHash64.HashToUInt64(manifest));
        return (header, Convert.ToHexStringLower(SHA256.HashData(manifest)));
    }

    private void CheckWhole()
    {
        if (_isBroken)
        {
            throw new InvalidOperationException(
                $"Row {_row} couldn't be written, and nothing can follow it. Start the store again.");
        }
    }

    private void EnterSplit()
    {
        while (_split < 0 || _row >= _splits[_split].First + _splits[_split].Count)
        {
            _split++;
            AddAccumulators();
        }
    }

    private void AddAccumulators() =>
        _statistics.Add([.. _layout.Columns.Select(column => ColumnAccumulator.For(column, _layout.Classes.Count))]);

    private StoreManifest Manifest(byte[] hashes, StoreProvenance provenance) => new()
    {
        Schema = 1,
        Count = _count,
        Columns = [.. _layout.Columns.Select(WithStatistics)],
        Splits = _splits,
        Classes = _layout.Classes,
        Ids = _layout.HasIds ? _ids!.Start : null,
        Checksums = new StoreChecksums(
            _layout.PageSize, _end, hashes.Length / sizeof(ulong), Convert.ToHexStringLower(SHA256.HashData(hashes))),
        Provenance = provenance,
    };

    private StoreColumn WithStatistics(StoreColumn column, int index)
    {
        ColumnAccumulator whole = ColumnAccumulator.For(column, _layout.Classes.Count);
        var bySplit = new Dictionary<string, ColumnStatistics>(StringComparer.Ordinal);
        for (int split = 0; split < _splits.Length; split++)
        {
            whole.Join(_statistics[split][index]);
            bySplit.Add(_splits[split].Name, _statistics[split][index].ToStatistics());
        }

        return column with { Statistics = whole.ToStatistics(), SplitStatistics = bySplit };
    }

    /// <summary>XXH64 of each page from the header's end to the end of the data.</summary>
    private byte[] HashPages()
    {
        byte[] hashes = new byte[checked(StoreRules.Pages(_end, _layout.PageSize) * sizeof(ulong))];
        byte[] buffer = new byte[Chunk];
        for (int page = 0; page < hashes.Length / sizeof(ulong); page++)
        {
            long end = Math.Min((page + 1L) * _layout.PageSize, _end);
            var hash = new XxHash64();
            for (long at = Math.Max((long)page * _layout.PageSize, StoreHeader.Size); at < end; at += Chunk)
            {
                Span<byte> part = buffer.AsSpan(0, (int)Math.Min(Chunk, end - at));
                _file.ReadAt(at, part);
                hash.Append(part);
            }

            BinaryPrimitives.WriteUInt64LittleEndian(hashes.AsSpan(page * sizeof(ulong)), hash.GetCurrentHashAsUInt64());
        }

        return hashes;
    }

    /// <summary>Gathers the values of one column and writes them in large pieces.</summary>
    private sealed class ColumnWriter(AtomicFile file, long start, int stride)
    {
        private readonly byte[] _buffer = new byte[Math.Max(stride, Chunk / stride * stride)];
        private long _next = start;
        private int _used;

        public long Start { get; } = start;

        public void Write(ReadOnlySpan<byte> value)
        {
            if (_used + value.Length > _buffer.Length)
                Flush();
            value.CopyTo(_buffer.AsSpan(_used));
            _used += value.Length;
        }

        public void Flush()
        {
            file.WriteAt(_next, _buffer.AsSpan(0, _used));
            _next += _used;
            _used = 0;
        }
    }
}
