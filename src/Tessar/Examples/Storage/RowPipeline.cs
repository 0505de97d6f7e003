using System.Buffers.Binary;
using Tessar.Examples.Images;

namespace Tessar.Examples.Storage;

/// <summary>Takes rows to their places in the file: gathered in chunks, encoded by workers, written in their order.</summary>
internal sealed class RowPipeline : IDisposable
{
    private const int ChunkBytes = 1 << 20;
    private readonly StoreLayout _layout;
    private readonly AtomicFile _file;
    private readonly long? _ids;
    private readonly List<ColumnOutput> _columns = [];
    private readonly ChunkLine _line;
    private readonly StoreStatistics _statistics;
    private RowChunk _chunk;
    private int _split = -1;
    private long _splitEnd;

    /// <param name="layout">Columns and splits with their places.</param>
    /// <param name="ids">Place of the ids; null without.</param>
    /// <param name="file">The store's file.</param>
    /// <param name="path">Its final name.</param>
    /// <param name="workers">Threads that encode, ≥ 1.</param>
    public RowPipeline(StoreLayout layout, long? ids, AtomicFile file, string path, int workers)
    {
        (_layout, _ids, _file) = (layout, ids, file);
        _statistics = new StoreStatistics(layout);
        _chunk = new RowChunk(layout.Columns, layout.Classes.Count);
        _line = new ChunkLine(workers, Write);
        bool isFirst = true;
        try
        {
            foreach (StoreColumn column in layout.Columns)
            {
                _columns.Add(new ColumnOutput(column, file, column.IsRagged && !isFirst ? path : null));
                isFirst &= !column.IsRagged;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The row that comes next.</summary>
    public long Next { get; private set; }

    /// <summary>What is wrong with a value for a column; null when nothing is.</summary>
    public string? Objection(int column, in StoreValue value) => _chunk.Parts[column].Objection(value);

    /// <summary>Starts a row; then each column's value is taken, then the row ends.</summary>
    /// <exception cref="ArgumentException">An image of an earlier row can't be decoded.</exception>
    /// <exception cref="TessarException">The disk is full.</exception>
    public void Begin()
    {
        if (Next < _splitEnd)
            return;
        Send();
        while (Next >= _splitEnd)
            _splitEnd += _layout.Splits[++_split].Count;
        _chunk.Start(Next, _split);
    }

    /// <summary>Takes the value of a column.</summary>
    /// <exception cref="ArgumentException">A number isn't finite, or a label isn't a class.</exception>
    public void Take(int column, ReadOnlySpan<byte> value, ImageRow? image)
    {
        if (!ColumnPart.CountsWhileEncoding(_layout.Columns[column]))
            _statistics.Of(_split, column).Add(value, Next);
        _chunk.Add(column, value, image);
    }

    /// <inheritdoc cref="Begin"/>
    public void End(ulong? id)
    {
        if (id is { } number)
            _chunk.Ids.Add(number);
        _chunk.Count++;
        Next++;
        if (_chunk.Size >= ChunkBytes)
            Send();
    }

    /// <summary>Brings everything to its place.</summary>
    /// <returns>The places, now that the lengths of ragged columns are known.</returns>
    /// <inheritdoc cref="Begin"/>
    public StorePlaces Finish()
    {
        Send();
        _line.Finish();
        StorePlaces places = StoreRules.Place(
            [.. _layout.Columns.Select((column, i) =>
                column with { Blob = column.IsRagged ? new StoreBlob(0, _columns[i].BlobLength) : null })],
            _layout.Splits, _layout.HasIds);
        for (int i = 0; i < _columns.Count; i++)
        {
            if (places.Columns[i].Blob is { } blob)
                _columns[i].Finish(blob.Offset);
        }

        return places;
    }

    /// <inheritdoc cref="StoreStatistics.Describe"/>
    public StoreColumn Describe(StoreColumn column, int index) => _statistics.Describe(column, index);

    /// <summary>Ends the workers and removes what waited beside the store.</summary>
    public void Dispose()
    {
        _line.Dispose();
        foreach (ColumnOutput column in _columns)
            column.Dispose();
    }

    /// <summary>Sends the gathered rows on their way and takes an empty chunk.</summary>
    private void Send()
    {
        if (_chunk.Count == 0)
            return;
        _line.Add(_chunk);
        _chunk = _line.TakeFree() ?? new RowChunk(_layout.Columns, _layout.Classes.Count);
        _chunk.Start(Next, _split);
    }

    /// <summary>Writes encoded rows; called in the order of the rows.</summary>
    private void Write(RowChunk chunk)
    {
        for (int i = 0; i < _columns.Count; i++)
        {
            if (chunk.Parts[i].Counted is { } counted)
                _statistics.Of(chunk.Split, i).Join(counted);
            _columns[i].Write(chunk.Parts[i], chunk.Count);
        }

        if (_ids is not { } ids)
            return;
        byte[] numbers = new byte[chunk.Count * sizeof(ulong)];
        for (int i = 0; i < chunk.Count; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(numbers.AsSpan(i * sizeof(ulong)), chunk.Ids[i]);
        _file.WriteAt(ids + (chunk.First * sizeof(ulong)), numbers);
    }
}
