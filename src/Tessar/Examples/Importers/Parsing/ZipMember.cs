using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>One file in a zip archive.</summary>
/// <param name="Path">The archive.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Bytes">Bytes of its content.</param>
/// <param name="PackedBytes">Bytes it takes in the archive.</param>
/// <param name="Crc">CRC-32 of its content.</param>
/// <param name="IsDeflated">True when it is compressed.</param>
/// <param name="Offset">Where its bytes begin in the archive.</param>
internal sealed record ZipMember(string Path, string Name, long Bytes, long PackedBytes, uint Crc, bool IsDeflated, long Offset)
{
    private const int EndBytes = 22, LongestComment = ushort.MaxValue, EntryBytes = 46, LocalBytes = 30, LongEndBytes = 56,
        LocatorBytes = 20;
    private const uint EndMark = 0x06054B50, LongEndMark = 0x06064B50, LocatorMark = 0x07064B50, EntryMark = 0x02014B50,
        LocalMark = 0x04034B50;

    /// <summary>Deflate can't expand data by more than this; a member that promises more is forged.</summary>
    private const long LargestExpansion = 1032;

    /// <summary>True once its content has been read to the end and had the checksum it should have.</summary>
    public bool IsVerified { get; private set; }

    /// <summary>Opens its content; the checksum is compared when the end is reached.</summary>
    public Stream Open()
    {
        FileStream file = SourceFile.Open(Path);
        var packed = new StreamPart(file, Offset, PackedBytes);
        return new CheckedContent(
            IsDeflated ? new DeflateStream(packed, CompressionMode.Decompress) : packed, file, Bytes, Crc,
            (expected, found, inner) => SourceFile.Refuse(Path, Offset, $"{expected} of `{Name}`", found, inner),
            () => IsVerified = true);
    }

    /// <summary>Reads the content for its checksum, unless that has been done.</summary>
    public void Verify(CancellationToken cancellation)
    {
        if (IsVerified || Bytes == 0)
            return;
        using Stream content = Open();
        byte[] buffer = new byte[1 << 16];
        while (content.Read(buffer) > 0)
            cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// The members of an archive, from the directory at its end; what the member's own header says has to agree, so that no
    /// flipped bit of either goes unseen.
    /// </summary>
    /// <exception cref="FileFormatException">
    /// It isn't a zip archive, is damaged, encrypted, or compressed by another method than deflate.
    /// </exception>
    public static IReadOnlyList<ZipMember> ReadAll(string path)
    {
        using FileStream file = SourceFile.Open(path);
        (long count, long bytes, long start) = FindDirectory(file, path);
        if (bytes < 0 || start < 0 || start > file.Length - bytes || count > bytes / EntryBytes || bytes > int.MaxValue)
            throw SourceFile.Refuse(
                path, null, $"a directory of the archive within its {file.Length} bytes",
                $"{count} members in {bytes} bytes from byte {start}");
        byte[] directory = Take(file, path, start, (int)bytes);
        var members = new List<ZipMember>();
        int at = 0;
        for (long i = 0; i < count; i++)
            members.Add(ReadEntry(file, path, directory, start, ref at));
        return at == directory.Length
            ? members
            : throw SourceFile.Refuse(path, start + at, "the end of the directory", $"{directory.Length - at} more bytes");
    }

    private static ZipMember ReadEntry(FileStream file, string path, byte[] directory, long start, ref int at)
    {
        long here = start + at;
        ReadOnlySpan<byte> entry = directory.AsSpan(at);
        if (entry.Length < EntryBytes || Read32(entry) != EntryMark)
            throw SourceFile.Refuse(path, here, "an entry of the archive's directory", "other bytes");
        int flags = Read16(entry[8..]), method = Read16(entry[10..]), nameBytes = Read16(entry[28..]),
            extraBytes = Read16(entry[30..]);
        int length = EntryBytes + nameBytes + extraBytes + Read16(entry[32..]);
        if (entry.Length < length)
            throw SourceFile.Refuse(path, here, $"an entry of {length} bytes", $"{entry.Length}");
        ReadOnlySpan<byte> rawName = entry.Slice(EntryBytes, nameBytes), extra = entry.Slice(EntryBytes + nameBytes, extraBytes);
        string name = Encoding.UTF8.GetString(rawName);
        if ((flags & 1) != 0)
            throw SourceFile.Refuse(path, here, "an archive that isn't encrypted", $"`{name}`, which is");
        if (method is not (0 or 8))
            throw SourceFile.Refuse(
                path, here, "members that are stored or deflated", $"`{name}`, compressed by method {method}");
        long bytes = Read32(entry[24..]), packed = Read32(entry[20..]), local = Read32(entry[42..]);
        ReadLongSizes(extra, ref bytes, ref packed, ref local);
        byte[] header = Take(file, path, local, LocalBytes);
        int localName = Read16(header.AsSpan(26));
        long offset = local + LocalBytes + localName + Read16(header.AsSpan(28));
        uint crc = Read32(entry[16..]), localCrc = Read32(header.AsSpan(14));
        bool isLater = (Read16(header.AsSpan(6)) & 8) != 0 && localCrc == 0;
        if (Read32(header) != LocalMark || Read16(header.AsSpan(8)) != method || (!isLater && localCrc != crc)
            || localName != nameBytes || !Take(file, path, local + LocalBytes, localName).AsSpan().SequenceEqual(rawName))
            throw SourceFile.Refuse(path, local, $"the header of `{name}`, as the directory describes it", "another");
        if (bytes < 0 || packed < 0 || offset > file.Length - packed
            || (method == 0 ? bytes != packed : bytes / LargestExpansion > packed))
            throw SourceFile.Refuse(
                path, here, $"`{name}` within the archive of {file.Length} bytes",
                $"{bytes} bytes packed to {packed} from byte {offset}");
        at += length;
        return new ZipMember(path, name, bytes, packed, crc, method == 8, offset);
    }

    /// <summary>
    /// The end record: mark, disks, members u16 at 10, bytes of the directory u32 at 12, its place u32 at 16, a comment; before
    /// it perhaps a long one.
    /// </summary>
    private static (long Count, long Bytes, long Start) FindDirectory(FileStream file, string path)
    {
        int tail = (int)Math.Min(file.Length, EndBytes + LongestComment);
        byte[] bytes = Take(file, path, file.Length - tail, tail);
        for (int at = tail - EndBytes; at >= 0; at--)
        {
            ReadOnlySpan<byte> end = bytes.AsSpan(at);
            if (Read32(end) != EndMark || Read16(end[20..]) != end.Length - EndBytes)
                continue;
            (long count, long size, long start) = (Read16(end[10..]), Read32(end[12..]), Read32(end[16..]));
            long locator = file.Length - tail + at - LocatorBytes;
            if ((count != ushort.MaxValue && size != uint.MaxValue && start != uint.MaxValue) || locator < 0)
                return (count, size, start);
            byte[] place = Take(file, path, locator, LocatorBytes);
            if (Read32(place) != LocatorMark)
                return (count, size, start);
            byte[] record = Take(file, path, Read64(place.AsSpan(8)), LongEndBytes);
            return Read32(record) == LongEndMark
                ? (Read64(record.AsSpan(32)), Read64(record.AsSpan(40)), Read64(record.AsSpan(48)))
                : throw SourceFile.Refuse(path, Read64(place.AsSpan(8)), "the end record of a large archive", "other bytes");
        }

        throw SourceFile.Refuse(path, null, "a zip archive with its directory at the end", "none; the file may be cut short");
    }

    /// <summary>Extra field 1 holds, as u64, those of the three numbers that are FFFFFFFF.</summary>
    private static void ReadLongSizes(ReadOnlySpan<byte> extra, ref long bytes, ref long packed, ref long local)
    {
        while (extra.Length >= 4)
        {
            int length = Math.Min(Read16(extra[2..]), extra.Length - 4);
            ReadOnlySpan<byte> field = extra.Slice(4, length);
            if (Read16(extra) == 1)
            {
                bytes = Next(bytes, ref field);
                packed = Next(packed, ref field);
                local = Next(local, ref field);
                return;
            }

            extra = extra[(4 + length)..];
        }

        static long Next(long value, ref ReadOnlySpan<byte> field)
        {
            if (value != uint.MaxValue || field.Length < sizeof(long))
                return value;
            long found = Read64(field);
            field = field[sizeof(long)..];
            return found;
        }
    }

    private static byte[] Take(FileStream file, string path, long at, int count)
    {
        if (at < 0 || at > file.Length - count)
            throw SourceFile.Refuse(
                path, null, $"{count} bytes of the archive's directory from byte {at}", $"a file of {file.Length} bytes");
        byte[] bytes = new byte[count];
        file.Position = at;
        file.ReadExactly(bytes);
        return bytes;
    }

    private static int Read16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint Read32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static long Read64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes);
}
