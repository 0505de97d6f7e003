using System.Buffers.Binary;

namespace Tessar.Examples.Storage;

/// <summary>Writes the encoded values of one column to their place, chunk after chunk.</summary>
/// <remarks>
/// Where the first ragged column's values begin is known from the start; those of the others begin where another column's end, so
/// they wait in a temporary file of their own.
/// </remarks>
internal sealed class ColumnOutput : IDisposable
{
    private const int CopyBytes = 1 << 20;
    private readonly StoreColumn _column;
    private readonly AtomicFile _file;
    private readonly AtomicFile? _waiting;
    private long _row;

    /// <param name="column">The column with its place.</param>
    /// <param name="file">The store's file.</param>
    /// <param name="waitsIn">Final name of the store, when the values have to wait beside it; null when they don't.</param>
    public ColumnOutput(StoreColumn column, AtomicFile file, string? waitsIn)
    {
        (_column, _file) = (column, file);
        _waiting = waitsIn is null ? null : AtomicFile.Create(waitsIn);
    }

    /// <summary>Bytes of a ragged column's values so far.</summary>
    public long BlobLength { get; private set; }

    public void Write(ColumnPart part, int rows)
    {
        if (_column.Blob is not { } blob)
        {
            _file.WriteAt(_column.Offset + (_row * _column.Stride), part.Bytes);
            _row += rows;
            return;
        }

        (_waiting ?? _file).WriteAt((_waiting is null ? blob.Offset : 0) + BlobLength, part.Bytes);
        byte[] offsets = new byte[rows * sizeof(long)];
        for (int i = 0; i < rows; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(offsets.AsSpan(i * sizeof(long)), BlobLength);
            BlobLength += part.Lengths[i];
        }

        _file.WriteAt(_column.Offset + (_row * sizeof(long)), offsets);
        if (_column.Metadata is { } metadata)
        {
            byte[] images = new byte[rows * StoreRules.MetadataSize];
            for (int i = 0; i < rows; i++)
                part.Images[i].Write(images.AsSpan(i * StoreRules.MetadataSize));
            _file.WriteAt(metadata + (_row * StoreRules.MetadataSize), images);
        }

        _row += rows;
    }

    /// <summary>Closes the table of offsets and brings values that waited to their place.</summary>
    /// <param name="blobOffset">Where the column's values begin.</param>
    public void Finish(long blobOffset)
    {
        Span<byte> end = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(end, BlobLength);
        _file.WriteAt(_column.Offset + (_row * sizeof(long)), end);
        if (_waiting is null)
            return;
        byte[] buffer = new byte[CopyBytes];
        for (long at = 0; at < BlobLength; at += buffer.Length)
        {
            Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, BlobLength - at));
            _waiting.ReadAt(at, piece);
            _file.WriteAt(blobOffset + at, piece);
        }
    }

    public void Dispose() => _waiting?.Dispose();
}
