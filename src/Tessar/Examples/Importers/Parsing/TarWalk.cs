using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>The files in a tar archive, each with its place. Names are only names here: nothing is ever unpacked.</summary>
/// <remarks>
/// <c>System.Formats.Tar</c> reads ustar, pax and GNU headers; before it meets one, the header's size is compared with what the
/// archive holds, because it reserves as much as an extended header claims.
/// </remarks>
internal static class TarWalk
{
    private const int Block = 512, LongestExtension = 1 << 20;

    /// <summary>True when a file begins with a header that a tar archive could have.</summary>
    public static bool IsArchive(Stream file)
    {
        byte[] header = new byte[Block];
        return file.ReadAtLeast(header, Block, throwOnEndOfStream: false) == Block && HasChecksum(header);
    }

    /// <summary>The archive's entries in order; links, folders and devices are passed over.</summary>
    /// <param name="path">The archive.</param>
    /// <exception cref="FileFormatException">It is damaged; only when its place is reached.</exception>
    public static IEnumerable<TarEntry> Entries(string path)
    {
        CheckSizes(path);
        using FileStream file = SourceFile.Open(path);
        using var reader = new TarReader(file);
        while (SourceFile.Guard(path, "a tar archive", () => reader.GetNextEntry()) is { } entry)
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile or TarEntryType.GlobalExtendedAttributes)
                yield return entry;
        }
    }

    /// <summary>The bytes of an entry.</summary>
    public static byte[] Read(string path, TarEntry entry)
    {
        if (entry.Length > Array.MaxLength)
            throw SourceFile.Refuse(path, entry.DataOffset, $"`{entry.Name}` of at most {Array.MaxLength} bytes", $"{entry.Length}");
        byte[] bytes = new byte[entry.Length];
        return SourceFile.Guard(path, $"{entry.Length} bytes of `{entry.Name}`", () =>
        {
            entry.DataStream?.ReadExactly(bytes);
            return bytes;
        });
    }

    /// <summary>Goes from header to header: each says a size that the archive has, and has the checksum it says.</summary>
    private static void CheckSizes(string path)
    {
        using FileStream file = SourceFile.Open(path);
        byte[] header = new byte[Block];
        long? sizeInExtension = null;
        for (long at = 0; at < file.Length;)
        {
            file.Position = at;
            if (file.ReadAtLeast(header, Block, throwOnEndOfStream: false) < Block)
                throw SourceFile.Refuse(path, at, $"{Block} bytes of a header", "the end of the file");
            if (header.AsSpan().IndexOfAnyExcept((byte)0) < 0)
                return;
            if (!HasChecksum(header))
                throw SourceFile.Refuse(path, at, "a tar header with its checksum", "other bytes");
            char kind = (char)header[156];
            bool isExtension = kind is 'x' or 'g' or 'L' or 'K';
            long size = kind is '1' or '2' or '3' or '4' or '5' or '6' ? 0 : (isExtension ? null : sizeInExtension) ?? SizeOf(header);
            long left = file.Length - at - Block;
            if (size < 0 || size > left || (isExtension && size > LongestExtension))
            {
                string most = isExtension ? $"an extended header of at most {Math.Min(left, LongestExtension)} bytes" : $"a file of at most {left} bytes";
                throw SourceFile.Refuse(path, at + 124, most, size < 0 ? "no number" : $"{size}");
            }

            sizeInExtension = kind == 'x' ? SizeInExtension(file, (int)size) : isExtension ? sizeInExtension : null;
            at += Block + ((size + Block - 1) / Block * Block);
        }
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
    private static long? SizeInExtension(FileStream file, int length)
    {
        byte[] bytes = new byte[length];
        int read = file.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        foreach (string record in Encoding.UTF8.GetString(bytes, 0, read).Split('\n'))
        {
            int space = record.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0 && record.AsSpan(space + 1).StartsWith("size="))
                return long.TryParse(record.AsSpan(space + 6), NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : -1;
        }

        return null;
    }
}
