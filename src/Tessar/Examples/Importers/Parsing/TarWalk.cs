using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>
/// The files in a tar archive, gzipped or not, each with its place. Names are only names here: nothing is ever unpacked.
/// </summary>
/// <remarks>
/// <c>System.Formats.Tar</c> reads ustar, pax and GNU headers; before it meets one, the header's size is compared with what the
/// archive holds, because it reserves as much as an extended header claims. Places in a gzipped archive count decompressed bytes.
/// </remarks>
internal static class TarWalk
{
    private const int Block = 512, LongestExtension = 1 << 20;

    /// <summary>Deflate can't expand data by more than this.</summary>
    private const long LargestExpansion = 1032;

    /// <summary>True when bytes begin with a header that a tar archive could have.</summary>
    public static bool IsMark(ReadOnlySpan<byte> start) => start.Length >= Block && HasChecksum(start[..Block]);

    /// <summary>The archive's files in order, each with the place of its bytes.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="leftOut">Receives links and devices; null when the archive has been walked through before.</param>
    /// <exception cref="FileFormatException">It is damaged; only when its place is reached.</exception>
    public static IEnumerable<(TarEntry Entry, long Offset)> Entries(string path, LeftOut? leftOut)
    {
        using Stream file = GzipContent.Open(path);

        // Walking through a gzipped archive decompresses it, so once has to do.
        if (file.CanSeek || leftOut is not null)
            CheckSizes(path);
        using var reader = new TarReader(file);
        while (SourceFile.Guard(path, "a tar archive", () => reader.GetNextEntry(), file.Position) is { } entry)
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile
                or TarEntryType.GlobalExtendedAttributes)
                yield return (entry, file.CanSeek ? entry.DataOffset : file.Position);
            else if (entry.EntryType is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                leftOut?.Add(LeftOut.Link, entry.Name);
            else if (entry.EntryType is not (TarEntryType.Directory or TarEntryType.ExtendedAttributes or TarEntryType.LongLink
                or TarEntryType.LongPath))
                leftOut?.Add(LeftOut.Special, entry.Name);
        }
    }

    /// <summary>The bytes of an entry.</summary>
    public static byte[] Read(string path, TarEntry entry, long offset)
    {
        if (entry.Length > Array.MaxLength)
            throw SourceFile.Refuse(path, offset, $"`{entry.Name}` of at most {Array.MaxLength} bytes", $"{entry.Length}");
        byte[] bytes = new byte[entry.Length];
        return SourceFile.Guard(path, $"{entry.Length} bytes of `{entry.Name}`", () =>
        {
            entry.DataStream?.ReadExactly(bytes);
            return bytes;
        }, offset);
    }

    /// <summary>
    /// Goes from header to header: each says a size that the archive has, and has the checksum it says; behind the end mark
    /// nothing but zeros follows, for readers stop there. A gzipped archive is read to its end, so that its own checksum is
    /// compared too.
    /// </summary>
    private static void CheckSizes(string path)
    {
        using Stream file = GzipContent.Open(path);
        long most = file.CanSeek ? file.Length : new FileInfo(path).Length * LargestExpansion;
        byte[] header = new byte[Block];
        long? sizeInExtension = null;
        try
        {
            for (long at = 0; ;)
            {
                int got = file.ReadAtLeast(header, Block, throwOnEndOfStream: false);
                if (got == 0 && at > 0)
                    return;
                if (got < Block)
                    throw SourceFile.Refuse(path, at, $"{Block} bytes of a header", "the end of the file");
                if (header.AsSpan().IndexOfAnyExcept((byte)0) < 0)
                {
                    CheckEnd(file, path, at + Block);
                    return;
                }

                if (!HasChecksum(header))
                    throw SourceFile.Refuse(path, at, "a tar header with its checksum", "other bytes");
                char kind = (char)header[156];
                bool isExtension = kind is 'x' or 'g' or 'L' or 'K';
                long size = kind is '1' or '2' or '3' or '4' or '5' or '6'
                    ? 0
                    : (isExtension ? null : sizeInExtension) ?? SizeOf(header);
                long left = most - at - Block;
                if (size < 0 || size > left || (isExtension && size > LongestExtension))
                {
                    string allowed = isExtension
                        ? $"an extended header of at most {Math.Min(left, LongestExtension)} bytes"
                        : $"a file of at most {left} bytes";
                    throw SourceFile.Refuse(path, at + 124, allowed, size < 0 ? "no number" : $"{size}");
                }

                byte[] extension = isExtension ? new byte[size] : [];
                int read = file.ReadAtLeast(extension, extension.Length, throwOnEndOfStream: false);
                sizeInExtension = kind == 'x' ? SizeInExtension(extension.AsSpan(0, read)) : isExtension ? sizeInExtension : null;
                long padded = (size + Block - 1) / Block * Block, missing = Skip(file, padded - read);

                // The last file's padding may be missing.
                if (missing > padded - size)
                    throw SourceFile.Refuse(
                        path, at + Block + padded - missing, $"{size} bytes of a file", "the end of the archive");
                at += Block + padded;
            }
        }
        catch (InvalidDataException e)
        {
            throw SourceFile.Refuse(path, null, "a tar archive in whole gzip data", e.Message, e);
        }
    }

    private static void CheckEnd(Stream file, string path, long at)
    {
        byte[] bytes = new byte[1 << 16];
        for (int read; (read = file.Read(bytes)) > 0; at += read)
        {
            int other = bytes.AsSpan(0, read).IndexOfAnyExcept((byte)0);
            if (other >= 0)
                throw SourceFile.Refuse(
                    path, at + other, "nothing behind the mark that ends the archive",
                    "more bytes, which readers would leave out; archives that were joined have to be named one by one");
        }
    }

    /// <summary>Passes over bytes.</summary>
    /// <returns>How many of them aren't there.</returns>
    private static long Skip(Stream file, long count)
    {
        if (file.CanSeek)
        {
            long there = Math.Min(count, file.Length - file.Position);
            file.Position += there;
            return count - there;
        }

        byte[] bytes = new byte[(int)Math.Min(1 << 16, count)];
        int read;
        while (count > 0 && (read = file.Read(bytes, 0, (int)Math.Min(bytes.Length, count))) > 0)
            count -= read;
        return count;
    }

    private static bool HasChecksum(ReadOnlySpan<byte> header)
    {
        int sum = 0;
        for (int i = 0; i < Block; i++)
            sum += i is >= 148 and < 156 ? ' ' : header[i];
        return Octal(header.Slice(148, 8)) == sum;
    }

    /// <summary>Twelve octal digits, or, when the first bit is set, a big-endian number.</summary>
    private static long SizeOf(ReadOnlySpan<byte> header)
    {
        ReadOnlySpan<byte> field = header.Slice(124, 12);
        if ((field[0] & 0x80) == 0)
            return Octal(field);
        Int128 value = field[0] & 0x7F;
        foreach (byte part in field[1..])
            value = (value << 8) | part;
        return value > long.MaxValue ? -1 : (long)value;
    }

    private static long Octal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        foreach (byte digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return -1;
            value = (value * 8) + digit - '0';
        }

        return value;
    }

    /// <summary>A pax header's records are <c>length name=value\n</c>; one may give the size of the entry that follows.</summary>
    private static long? SizeInExtension(ReadOnlySpan<byte> bytes)
    {
        foreach (string record in Encoding.UTF8.GetString(bytes).Split('\n'))
        {
            int space = record.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0 && record.AsSpan(space + 1).StartsWith("size="))
                return long.TryParse(record.AsSpan(space + 6), NumberStyles.None, CultureInfo.InvariantCulture, out long size)
                    ? size
                    : -1;
        }

        return null;
    }
}
