using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace Tessar.Examples.Storage;

/// <summary>Compares every byte of a store with the checksums that its identity stands on.</summary>
internal sealed class StoreVerifier(ExampleStore store, MappedFile file)
{
    private const int Chunk = 1 << 20;

    public void Run(IProgress<long>? progress, CancellationToken cancellation)
    {
        StoreChecksums checksums = store.Manifest.Checksums;
        CheckDigest(checksums, cancellation);
        for (long page = 0; page < checksums.Count; page++)
        {
            long start = Math.Max(page * checksums.PageSize, StoreHeader.Size);
            long end = Math.Min((page + 1) * checksums.PageSize, checksums.Offset);
            ReadOnlySpan<byte> checksum = file.Bytes(checksums.Offset + (page * sizeof(ulong)), sizeof(ulong));
            var hash = new XxHash64();
            for (long at = start; at < end; at += Chunk)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.Append(file.Bytes(at, (int)Math.Min(Chunk, end - at)));
            }

            if (hash.GetCurrentHashAsUInt64() != BinaryPrimitives.ReadUInt64LittleEndian(checksum))
            {
                throw ExampleStore.Refuse(
                    file.Path, start, $"page {page} ({end - start} bytes) to match its checksum", "changed bytes");
            }

            progress?.Report(end);
        }

        CheckLabels(cancellation);
    }

    /// <summary>The checksums themselves, and the zeros between them and the manifest.</summary>
    private void CheckDigest(StoreChecksums checksums, CancellationToken cancellation)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long end = checksums.Offset + (checksums.Count * sizeof(ulong));
        for (long at = checksums.Offset; at < end; at += Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            digest.AppendData(file.Bytes(at, (int)Math.Min(Chunk, end - at)));
        }

        if (Convert.ToHexStringLower(digest.GetHashAndReset()) != checksums.Sha256)
        {
            throw ExampleStore.Refuse(
                file.Path, checksums.Offset, "the checksums to match the manifest's digest", "changed bytes");
        }

        int padding = (int)(StoreRules.Align(end) - end);
        if (file.Bytes(end, padding).ContainsAnyExcept((byte)0))
            throw ExampleStore.Refuse(file.Path, end, $"{padding} zero bytes", "changed bytes");
    }

    private void CheckLabels(CancellationToken cancellation)
    {
        if (!store.Manifest.Columns.Any(column => column.Name == StoreRules.Label))
            return;
        for (long row = 0; row < store.Count; row++)
        {
            if (row % Chunk == 0)
                cancellation.ThrowIfCancellationRequested();
            store.StoredLabel(row);
        }
    }
}
