using System.Buffers.Binary;
using System.IO.Hashing;
using Parquet.Meta;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>Compares what a Parquet file claims with what it holds, before Parquet.Net reserves what is claimed.</summary>
/// <remarks>
/// Layout: PAR1, column chunks, the footer (a Thrift structure), its length (u32), PAR1. A chunk is a row of pages: a header
/// (Thrift) with the compressed and uncompressed size, then as many bytes, of which the header may hold the CRC-32.
/// </remarks>
internal static class ParquetGuard
{
    /// <summary>What every file begins and ends with.</summary>
    public static ReadOnlySpan<byte> Mark => "PAR1"u8;

    private const int Expansion = 1024, LongestPageHeader = 1 << 20;

    /// <summary>Runs of equal values take no bytes, so a few may always be claimed.</summary>
    private const long FreeValues = 1 << 21, FreeBytes = 1 << 26;

    /// <summary>Checks marks and footer.</summary>
    /// <exception cref="FileFormatException">They are damaged.</exception>
    public static void CheckFooter(string path)
    {
        using FileStream file = SourceFile.Open(path);
        byte[] ends = new byte[12];
        if (file.Length < ends.Length)
            throw SourceFile.Refuse(path, 0, "a Parquet file of at least 12 bytes", $"{file.Length}");
        file.ReadExactly(ends, 0, 4);
        file.Position = file.Length - 8;
        file.ReadExactly(ends, 4, 8);
        if (!ends.AsSpan(0, 4).SequenceEqual(Mark) || !ends.AsSpan(8).SequenceEqual(Mark))
            throw SourceFile.Refuse(
                path, 0, "PAR1 at both ends", $"{Convert.ToHexString(ends, 0, 4)} and {Convert.ToHexString(ends, 8, 4)}");
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(ends.AsSpan(4));
        if (length > file.Length - ends.Length)
            throw SourceFile.Refuse(path, file.Length - 8, $"a footer of at most {file.Length - ends.Length} bytes", $"{length}");
        byte[] footer = new byte[length];
        file.Position = file.Length - 8 - length;
        file.ReadExactly(footer);
        if (ThriftWalk.Measure(footer, null) != footer.Length)
            throw SourceFile.Refuse(path, file.Length - 8 - length, "a footer in Thrift's compact protocol", "damaged bytes");
    }

    /// <summary>Checks the chunks of a row group, page by page.</summary>
    /// <exception cref="FileFormatException">One claims more than it holds.</exception>
    public static void CheckRowGroup(string path, RowGroup group, int number)
    {
        using FileStream file = SourceFile.Open(path);
        if (group.NumRows < 0 || group.Columns is null || group.Columns.Count == 0)
            throw SourceFile.Refuse(path, null, $"columns and rows in row group {number}", $"{group.NumRows} rows");
        foreach (ColumnChunk chunk in group.Columns)
        {
            if (chunk.MetaData is not { } data)
                throw SourceFile.Refuse(path, null, $"a description of each column in row group {number}", "none");
            string name = string.Join('.', data.PathInSchema ?? []);
            long start = data.DictionaryPageOffset is { } dictionary and > 0
                ? Math.Min(dictionary, data.DataPageOffset)
                : data.DataPageOffset;
            if (start < 4 || data.TotalCompressedSize < 0 || start > file.Length - data.TotalCompressedSize)
                throw SourceFile.Refuse(
                    path, start, $"`{name}` within the file of {file.Length} bytes",
                    $"{data.TotalCompressedSize} bytes from byte {start}");
            long most = Math.Max(FreeValues, Expansion * data.TotalCompressedSize);
            if (data.NumValues < 0 || data.NumValues > most || group.NumRows > most)
            {
                throw SourceFile.Refuse(
                    path, start, $"at most {most} values of `{name}` in {data.TotalCompressedSize} bytes",
                    $"{Math.Max(data.NumValues, group.NumRows)}");
            }

            CheckPages(file, path, name, start, data.TotalCompressedSize, data.NumValues);
        }
    }

    /// <summary>
    /// Fields of a page's header: 2 size uncompressed, 3 compressed, 4 CRC-32, 5.1, 7.1 and 8.1 values in a page of data or of a
    /// dictionary.
    /// </summary>
    private static void CheckPages(FileStream file, string path, string name, long start, long bytes, long values)
    {
        byte[] head = new byte[(int)Math.Min(LongestPageHeader, Math.Max(bytes, 1))];
        var numbers = new Dictionary<int, long>();
        long seen = 0;
        for (long at = start, end = start + bytes; at < end && seen < values;)
        {
            file.Position = at;
            int got = file.ReadAtLeast(head.AsSpan(0, (int)Math.Min(64, end - at)), 1, throwOnEndOfStream: false);
            numbers.Clear();
            int length = ThriftWalk.Measure(head.AsSpan(0, got), numbers);
            if (length < 0)
            {
                // Headers with statistics are longer than the first look.
                file.Position = at;
                got = file.ReadAtLeast(head.AsSpan(0, (int)Math.Min(head.Length, end - at)), 1, throwOnEndOfStream: false);
                numbers.Clear();
                length = ThriftWalk.Measure(head.AsSpan(0, got), numbers);
            }

            if (length < 0)
                throw SourceFile.Refuse(path, at, $"the header of a page of `{name}`", "damaged bytes");
            long unpacked = numbers.GetValueOrDefault(2, -1), packed = numbers.GetValueOrDefault(3, -1), left = end - at - length;
            long inPage = numbers.GetValueOrDefault(501) + numbers.GetValueOrDefault(801);
            if (packed < 0 || packed > left || unpacked < 0 || unpacked > Math.Max(FreeBytes, Expansion * packed))
                throw SourceFile.Refuse(
                    path, at, $"a page of `{name}` of at most {left} bytes", $"{packed} that expand to {unpacked}");
            if (inPage < 0 || inPage > values - seen || numbers.GetValueOrDefault(701) is < 0 or > FreeValues)
                throw SourceFile.Refuse(
                    path, at, $"pages of `{name}` with {values} values",
                    $"{seen + inPage} and {numbers.GetValueOrDefault(701)} in a dictionary");
            if (numbers.TryGetValue(4, out long crc))
                CheckSum(file, path, name, at + length, packed, unchecked((uint)crc));
            seen += inPage;
            at += length + packed;
        }

        if (seen != values)
            throw SourceFile.Refuse(path, start, $"{values} values of `{name}`", $"{seen}");
    }

    /// <summary>Compares a page with its checksum, which covers its bytes as they stand in the file.</summary>
    private static void CheckSum(FileStream file, string path, string name, long at, long bytes, uint expected)
    {
        var sum = new Crc32();
        byte[] buffer = new byte[(int)Math.Min(1 << 16, Math.Max(bytes, 1))];
        file.Position = at;
        for (long left = bytes; left > 0;)
        {
            int read = file.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (read == 0)
                throw SourceFile.Refuse(
                    path, at + bytes - left, $"{left} more bytes of a page of `{name}`", "the end of the file");
            sum.Append(buffer.AsSpan(0, read));
            left -= read;
        }

        if (sum.GetCurrentHashAsUInt32() != expected)
            throw SourceFile.Refuse(
                path, at, $"a page of `{name}` with the checksum {expected:X8}", $"{sum.GetCurrentHashAsUInt32():X8}");
    }
}
