using System.Buffers.Binary;
using System.Security.Cryptography;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;

namespace Tessar.Runs;

/// <summary>Reads <c>metrics.arrows</c> up to its last whole record batch.</summary>
public static class MetricReader
{
    private const int Continuation = -1;

    /// <summary>All rows of a metric file. A tail that a crash, or a writer at work, left incomplete is ignored.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The rows in the order they were logged; empty when the file is missing or holds no whole batch yet.</returns>
    /// <exception cref="FileFormatException">
    /// The file isn't an Arrow IPC stream, lacks a column, has one of another type, or a whole batch in it is damaged.
    /// </exception>
    /// <remarks>Reads the file into memory: about 70 bytes a row and 1 kB a batch.</remarks>
    public static IReadOnlyList<MetricRow> Read(string path) => Read(path, recorded: null);

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="path">The file.</param>
    /// <param name="recorded">What its beginning has to be; null for anything.</param>
    internal static IReadOnlyList<MetricRow> Read(string path, MetricsReference? recorded)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[]? bytes = ReadBytes(path);
        if (recorded is not null)
            Check(path, bytes ?? [], recorded);
        if (bytes is null)
            return [];
        int whole = WholeMessages(path, bytes);
        return whole == 0 ? [] : ReadBatches(path, bytes.AsMemory(0, whole));
    }

    private static void Check(string path, ReadOnlySpan<byte> bytes, MetricsReference recorded)
    {
        if (bytes.Length < recorded.Bytes)
            throw Damaged(
                path, bytes.Length, $"{recorded.Bytes} bytes at least, as recorded in run.json", $"the end after {bytes.Length}");
        string found = Convert.ToHexStringLower(SHA256.HashData(bytes[..(int)recorded.Bytes]));
        if (found != recorded.Sha256)
            throw Damaged(
                path, null, $"SHA-256 {recorded.Sha256} of the first {recorded.Bytes} bytes, as recorded in run.json", found);
    }

    private static byte[]? ReadBytes(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[file.Length];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length == bytes.Length ? bytes : bytes[..length];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Length of the longest prefix made of whole messages.</summary>
    /// <remarks>
    /// A message: FFFFFFFF, length of its metadata (int32), the metadata (a flatbuffer of type Message), the body. Length 0
    /// ends the stream.
    /// </remarks>
    private static int WholeMessages(string path, ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (bytes.Length - at >= 8)
        {
            int marker = BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
            int metadataLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + 4)..]);
            if (marker != Continuation || metadataLength < 0)
                throw Damaged(path, at, "an Arrow IPC message (FF FF FF FF, then a length)", $"{marker:x8} {metadataLength:x8}");
            if (metadataLength == 0)
                return at + 8;
            if (bytes.Length - at - 8 < metadataLength)
                break;
            long bodyLength = BodyLength(bytes.Slice(at + 8, metadataLength));
            if (bodyLength < 0)
                throw Damaged(path, at + 8, "the metadata of an Arrow IPC message", "a table that points outside of itself");
            if (bytes.Length - at - 8 - metadataLength < bodyLength)
                break;
            at += 8 + metadataLength + (int)bodyLength;
        }

        return at;
    }

    /// <summary>Length of a message's body; −1 when the metadata contradict themselves.</summary>
    private static long BodyLength(ReadOnlySpan<byte> metadata)
    {
        try
        {
            return ArrowMessage.Check(metadata).BodyLength;
        }
        catch (InvalidDataException)
        {
            return -1;
        }
    }

    private static List<MetricRow> ReadBatches(string path, ReadOnlyMemory<byte> stream)
    {
        var rows = new List<MetricRow>();
        try
        {
            using var reader = new ArrowStreamReader(stream);
            CheckSchema(path, reader.Schema);
            while (reader.ReadNextRecordBatch() is { } batch)
            {
                using (batch)
                    MetricColumns.Unpack(batch, rows);
            }

            return rows;
        }
        catch (Exception e) when (e is not (TessarException or OutOfMemoryException))
        {
            // The parser of Apache.Arrow answers damaged bytes with whatever its array accesses happen to throw.
            throw new FileFormatException(
                path, null, "an Arrow IPC stream of whole record batches",
                $"a damaged batch after {rows.Count} rows ({e.Message})",
                "Restore the file from a copy; the weights of the run aren't affected.", e);
        }
    }

    private static void CheckSchema(string path, Schema schema)
    {
        foreach (Field expected in MetricColumns.Schema.FieldsList)
        {
            Field? found = schema.FieldsList.FirstOrDefault(field => field.Name == expected.Name);
            if (found?.DataType.TypeId != expected.DataType.TypeId)
            {
                throw Damaged(
                    path, null, $"a column `{expected.Name}` of type {expected.DataType.Name}",
                    found is null
                        ? $"the columns {string.Join(", ", schema.FieldsList.Select(f => f.Name))}"
                        : found.DataType.Name);
            }
        }
    }

    private static FileFormatException Damaged(string path, long? offset, string expected, string found) =>
        new(path, offset, expected, found, "This isn't a metric file of Tessar, or it was changed; restore it from a copy.");
}
