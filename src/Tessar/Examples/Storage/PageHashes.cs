using System.Buffers.Binary;
using System.IO.Hashing;

namespace Tessar.Examples.Storage;

/// <summary>Computes the checksums of a file that is being written.</summary>
internal static class PageHashes
{
    private const int Chunk = 1 << 20;

    /// <summary>XXH64 of each page from the header's end to the end of the data.</summary>
    /// <param name="file">The file, with everything before <paramref name="end"/> written.</param>
    /// <param name="end">End of the data.</param>
    /// <param name="pageSize">Bytes of a page.</param>
    /// <param name="workers">Threads; each reads whole pages.</param>
    /// <returns>A u64 for each page.</returns>
    public static byte[] Of(AtomicFile file, long end, int pageSize, int workers)
    {
        long pages = StoreRules.Pages(end, pageSize);
        byte[] hashes = new byte[checked(pages * sizeof(ulong))];
        try
        {
            Parallel.For(
                0, pages, new ParallelOptions { MaxDegreeOfParallelism = workers }, () => new byte[Math.Min(Chunk, end)],
                (page, _, buffer) =>
            {
                BinaryPrimitives.WriteUInt64LittleEndian(
                    hashes.AsSpan((int)page * sizeof(ulong)), Of(file, page, end, pageSize, buffer));
                return buffer;
            }, _ => { });
        }
        catch (AggregateException e) when (e.InnerException is { } first)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }

        return hashes;
    }

    private static ulong Of(AtomicFile file, long page, long end, int pageSize, byte[] buffer)
    {
        end = Math.Min((page + 1) * pageSize, end);
        var hash = new XxHash64();
        for (long at = Math.Max(page * pageSize, StoreHeader.Size); at < end; at += buffer.Length)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at));
            file.ReadAt(at, part);
            hash.Append(part);
        }

        return hash.GetCurrentHashAsUInt64();
    }
}
