using System.Buffers.Binary;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace Tessar.Lenses.Data.Features;

/// <summary>
/// The hash of each row of a gradient store that is being written, so that whoever goes on with it can trust the rows.
/// </summary>
/// <remarks>
/// File <c>rows.hashes</c>: 8 bytes a row, XXH3 of the row's bytes and its factor's, little-endian, never 0; 0 where no row was
/// written. A finished store has the hashes of its whole files in its header, and this file is gone.
/// </remarks>
internal sealed class RowHashes : IDisposable
{
    private readonly FileStream _file;

    /// <summary>Opens the file of a store and gives it its length.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="mode">Whether what is there is kept.</param>
    /// <param name="rows">Rows of the store.</param>
    public RowHashes(string folder, FileMode mode, long rows)
    {
        // Without a buffer: what a full disk refused would be written again on closing, and fail again.
        _file = new FileStream(PathOf(folder), mode, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        _file.SetLength(rows * sizeof(ulong));
    }

    private SafeFileHandle Handle => _file.SafeFileHandle;

    /// <summary>Where the hashes of a store lie.</summary>
    public static string PathOf(string folder) => Path.Combine(folder, "rows.hashes");

    /// <summary>Hashes of rows in a row.</summary>
    /// <param name="count">How many.</param>
    /// <param name="rows">Their bytes.</param>
    /// <param name="factors">The bytes of their factors, 4 each.</param>
    public static ulong[] Of(int count, ReadOnlySpan<byte> rows, ReadOnlySpan<byte> factors)
    {
        var hashes = new ulong[count];
        int width = rows.Length / count;
        var hash = new XxHash3();
        for (int i = 0; i < count; i++)
        {
            hash.Append(rows.Slice(i * width, width));
            hash.Append(factors.Slice(i * sizeof(float), sizeof(float)));
            hashes[i] = Math.Max(1, hash.GetCurrentHashAsUInt64());
            hash.Reset();
        }

        return hashes;
    }

    /// <summary>The hashes that were written for rows [first, first + count).</summary>
    public ulong[] Read(long first, int count)
    {
        var bytes = new byte[count * sizeof(ulong)];
        for (int done = 0; done < bytes.Length;)
        {
            int read = RandomAccess.Read(Handle, bytes.AsSpan(done), first * sizeof(ulong) + done);
            if (read == 0)
                break; // the rest stays 0: never written
            done += read;
        }

        return [.. Enumerable.Range(0, count)
            .Select(i => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong))))];
    }

    /// <summary>Writes the hashes of rows from <paramref name="first"/> on.</summary>
    public void Write(long first, ReadOnlySpan<ulong> hashes)
    {
        var bytes = new byte[hashes.Length * sizeof(ulong)];
        for (int i = 0; i < hashes.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), hashes[i]);
        RandomAccess.Write(Handle, bytes, first * sizeof(ulong));
    }

    /// <summary>Brings what was written to the disk.</summary>
    public void Flush() => _file.Flush(flushToDisk: true);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
