using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;

namespace Tessar.Examples.Storage;

/// <summary>Compares every byte of a file with the checksums that its identity stands on, then decodes what is encoded.</summary>
/// <param name="file">The file.</param>
/// <param name="done">Bytes checked in other files before.</param>
/// <param name="progress">Receives the bytes checked.</param>
/// <param name="cancellation">Ends the check early.</param>
internal sealed class StoreVerifier(StoreFile file, long done, IProgress<long>? progress, CancellationToken cancellation)
{
    private const int Chunk = 1 << 20, RowsPerTask = 64;

    /// <summary>Bytes that checking a file counts.</summary>
    public static long BytesOf(StoreFile file) =>
        file.Manifest.Checksums.Offset + file.Manifest.Columns.Sum(column => column.Blob?.Length ?? 0);

    /// <summary>Checks the file.</summary>
    /// <returns>Bytes checked by now, the file included.</returns>
    /// <exception cref="FileFormatException">Something doesn't match, or can't be decoded.</exception>
    public long Run()
    {
        StoreChecksums checksums = file.Manifest.Checksums;
        CheckDigest(checksums);
        for (long page = 0; page < checksums.Count; page++)
            CheckPage(checksums, page);
        long checkedBytes = done + checksums.Offset;
        if (file.Manifest.Segments is not null)
            return checkedBytes;
        for (int column = 0; column < file.Manifest.Columns.Count; column++)
        {
            StoreColumn at = file.Manifest.Columns[column];
            if (at.Blob is { } blob)
                checkedBytes = CheckValues(column, blob, checkedBytes);
            else if (at.Name == StoreRules.Label)
                CheckLabels(column);
        }

        return checkedBytes;
    }

    private void CheckPage(StoreChecksums checksums, long page)
    {
        long start = Math.Max(page * checksums.PageSize, StoreHeader.Size);
        long end = Math.Min((page + 1) * checksums.PageSize, checksums.Offset);
        ReadOnlySpan<byte> checksum = file.Map.Bytes(checksums.Offset + (page * sizeof(ulong)), sizeof(ulong));
        var hash = new XxHash64();
        for (long at = start; at < end; at += Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.Append(file.Map.Bytes(at, (int)Math.Min(Chunk, end - at)));
        }

        if (hash.GetCurrentHashAsUInt64() != BinaryPrimitives.ReadUInt64LittleEndian(checksum))
            throw file.Refuse(start, $"page {page} ({end - start} bytes) to match its checksum", "changed bytes");
        progress?.Report(done + end);
    }

    /// <summary>The checksums themselves, and the zeros between them and the manifest.</summary>
    private void CheckDigest(StoreChecksums checksums)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long end = checksums.Offset + (checksums.Count * sizeof(ulong));
        for (long at = checksums.Offset; at < end; at += Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            digest.AppendData(file.Map.Bytes(at, (int)Math.Min(Chunk, end - at)));
        }

        if (Convert.ToHexStringLower(digest.GetHashAndReset()) != checksums.Sha256)
            throw file.Refuse(checksums.Offset, "the checksums to match the manifest's digest", "changed bytes");
        int padding = (int)(StoreRules.Align(end) - end);
        if (file.Map.Bytes(end, padding).ContainsAnyExcept((byte)0))
            throw file.Refuse(end, $"{padding} zero bytes", "changed bytes");
    }

    private void CheckLabels(int column)
    {
        for (long row = 0; row < file.Manifest.Count; row++)
        {
            if (row % Chunk == 0)
                cancellation.ThrowIfCancellationRequested();
            file.Label(column, row);
        }
    }

    /// <summary>Decodes a ragged column by several threads; of several wrong rows the first is reported.</summary>
    private long CheckValues(int column, StoreBlob blob, long checkedBytes)
    {
        long rows = file.Manifest.Count;
        CheckEnds(column, blob);
        var errors = new FileFormatException?[2 * Environment.ProcessorCount];
        for (long wave = 0; wave < rows; wave += RowsPerTask * errors.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            Parallel.For(0, errors.Length, task => errors[task] = FirstError(column, wave + (task * RowsPerTask)));
            if (errors.FirstOrDefault(error => error is not null) is { } first)
                ExceptionDispatchInfo.Throw(first);
            long last = Math.Min(rows, wave + (RowsPerTask * errors.Length)) - 1;
            (long offset, int length) = file.Extent(column, last);
            progress?.Report(checkedBytes + offset - blob.Offset + length);
        }

        return checkedBytes + blob.Length;
    }

    /// <summary>The first value begins where the column does, and the last ends where it does.</summary>
    private void CheckEnds(int column, StoreBlob blob)
    {
        StoreColumn at = file.Manifest.Columns[column];
        foreach ((long place, long wanted) in (ReadOnlySpan<(long, long)>)
            [(at.Offset, 0), (at.Offset + (file.Manifest.Count * sizeof(long)), blob.Length)])
        {
            ulong found = BinaryPrimitives.ReadUInt64LittleEndian(file.Map.Bytes(place, sizeof(long)));
            if (found != (ulong)wanted)
                throw file.Refuse(
                    place, $"the values of `{at.Name}` to lie from 0 to {blob.Length}", $"{found} in place of {wanted}");
        }
    }

    private FileFormatException? FirstError(int column, long first)
    {
        try
        {
            for (long row = first; row < Math.Min(first + RowsPerTask, file.Manifest.Count); row++)
                CheckValue(column, row);
            return null;
        }
        catch (FileFormatException e)
        {
            return e;
        }
    }

    private void CheckValue(int column, long row)
    {
        StoreColumn at = file.Manifest.Columns[column];
        if (at.HasMixedImages)
        {
            ImageShape shape = file.Metadata(column, row).Shape;
            byte[] pixels = ArrayPool<byte>.Shared.Rent(shape.Size);
            try
            {
                file.ReadImage(column, row, shape, pixels.AsSpan(0, shape.Size));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(pixels);
            }

            return;
        }

        if (at is { Kind: ColumnKind.Bytes, Codec: StoreRules.Raw })
        {
            file.Extent(column, row);
            return;
        }

        string? objection = ColumnPart.TextObjection(
            at.Kind, at.Codec == StoreRules.Raw ? file.Row(column, row) : file.Decompress(column, row));
        if (objection is not null)
            throw file.Refuse(file.Extent(column, row).Offset, $"{at.Kind} in row {row} of `{at.Name}`", objection);
    }
}
