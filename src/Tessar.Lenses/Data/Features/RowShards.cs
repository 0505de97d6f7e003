using System.Globalization;
using System.IO.MemoryMappedFiles;
using Tessar.Lenses.Data.Search;

namespace Tessar.Lenses.Data.Features;

/// <summary>
/// The files that hold a gradient store's rows: <c>phi.bin</c>, or <c>phi-00000.bin</c>, <c>phi-00001.bin</c>, … of equally many
/// rows.
/// </summary>
/// <remarks>
/// Several files of moderate size can be copied, checked and repaired one by one; a cut one costs its own rows only.
/// </remarks>
internal sealed class RowShards : IDisposable
{
    private readonly long _rows;
    private readonly int _rowBytes;
    private readonly int _rowsPerShard;
    private readonly FileStream?[] _files;
    private readonly MemoryMappedFile?[] _maps;
    private readonly bool[] _dirty;

    /// <summary>Describes the files; opens none.</summary>
    public RowShards(string folder, GradientStoreHeader header)
    {
        _rows = header.Rows;
        _rowBytes = checked((int)RowBytesOf(header.Origin));
        _rowsPerShard = header.RowsPerShard ?? checked((int)header.Rows);
        int count = checked((int)((_rows + _rowsPerShard - 1) / _rowsPerShard));
        Paths = [.. Enumerable.Range(0, count).Select(s => Path.Combine(
            folder,
            header.RowsPerShard is null ? "phi.bin" : string.Create(CultureInfo.InvariantCulture, $"phi-{s:00000}.bin")))];
        (_files, _maps, _dirty) = (new FileStream?[count], new MemoryMappedFile?[count], new bool[count]);
    }

    /// <summary>Full paths, in order of rows.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>Bytes of one row.</summary>
    public static long RowBytesOf(GradientStoreOrigin origin) =>
        origin.ProjectionDimension * (origin.NumberFormat == "f16" ? 2L : 4L);

    /// <summary>First row of a shard.</summary>
    public long FirstOf(int shard) => (long)shard * _rowsPerShard;

    /// <summary>Rows in a shard.</summary>
    public int RowsOf(int shard) => (int)Math.Min(_rowsPerShard, _rows - FirstOf(shard));

    /// <summary>Bytes a shard has to have.</summary>
    public long LengthOf(int shard) => (long)RowsOf(shard) * _rowBytes;

    /// <summary>Bytes a shard has; −1 when there is no such file.</summary>
    public long FoundLengthOf(int shard) => File.Exists(Paths[shard]) ? new FileInfo(Paths[shard]).Length : -1;

    /// <summary>Opens all files for reading; whether they are whole is the caller's to check.</summary>
    public void OpenForReading()
    {
        for (int s = 0; s < _files.Length; s++)
            _files[s] = new FileStream(Paths[s], FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Opens all files for writing and gives them their length.</summary>
    /// <param name="mode">Whether what is there is kept.</param>
    public void OpenForWriting(FileMode mode)
    {
        for (int s = 0; s < _files.Length; s++)
        {
            // Without a buffer: what a full disk refused would be written again on closing, and fail again.
            _files[s] = new FileStream(Paths[s], mode, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            _files[s]!.SetLength(LengthOf(s));
        }
    }

    /// <summary>Reads rows, from several files if they lie so.</summary>
    /// <param name="first">First row.</param>
    /// <param name="bytes">As many whole rows as fit are read.</param>
    /// <exception cref="EndOfStreamException">A file ends early; the message is its path.</exception>
    public void Read(long first, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            (int shard, long offset, int length) = PlaceOf(first, bytes.Length);
            for (int done = 0; done < length;)
            {
                int read = RandomAccess.Read(_files[shard]!.SafeFileHandle, bytes[done..length], offset + done);
                if (read == 0)
                    throw new EndOfStreamException(Paths[shard]);
                done += read;
            }

            first += length / _rowBytes;
            bytes = bytes[length..];
        }
    }

    /// <summary>Writes rows, to several files if they lie so.</summary>
    public void Write(long first, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            (int shard, long offset, int length) = PlaceOf(first, bytes.Length);
            RandomAccess.Write(_files[shard]!.SafeFileHandle, bytes[..length], offset);
            Volatile.Write(ref _dirty[shard], true); // after the write: another thread may be flushing
            first += length / _rowBytes;
            bytes = bytes[length..];
        }
    }

    /// <summary>Brings what was written to the disk; others may write meanwhile.</summary>
    public void Flush()
    {
        for (int s = 0; s < _files.Length; s++)
        {
            if (!Volatile.Read(ref _dirty[s]))
                continue;
            Volatile.Write(ref _dirty[s], false);
            try
            {
                _files[s]!.Flush(flushToDisk: true);
            }
            catch
            {
                Volatile.Write(ref _dirty[s], true);
                throw;
            }
        }
    }

    /// <summary>XXH3 of each file.</summary>
    public string[] ComputeHashes()
    {
        string[] hashes = new string[_files.Length];
        Parallel.For(0, hashes.Length, s => hashes[s] = GradientStore.HashOf(_files[s]!));
        return hashes;
    }

    /// <summary>Maps rows [first, first + count), or as many of them as lie in one file.</summary>
    public RowWindow Map(int first, int count)
    {
        int shard = first / _rowsPerShard;
        int rows = (int)Math.Min(count, FirstOf(shard) + RowsOf(shard) - first);
        lock (_maps)
        {
            _maps[shard] ??= MemoryMappedFile.CreateFromFile(
                _files[shard]!, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None,
                leaveOpen: true);
        }

        return new RowWindow(_maps[shard]!, (first - FirstOf(shard)) * _rowBytes, rows, _rowBytes);
    }

    public void Dispose()
    {
        Array.ForEach(_maps, map => map?.Dispose());
        Array.ForEach(_files, file => file?.Dispose());
    }

    private (int Shard, long Offset, int Length) PlaceOf(long first, int length)
    {
        int shard = (int)(first / _rowsPerShard);
        long offset = (first - FirstOf(shard)) * _rowBytes;
        return (shard, offset, (int)Math.Min(length, LengthOf(shard) - offset));
    }
}
