using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;

namespace Tessar.Examples.Storage;

/// <summary>The first 4096 bytes of a store. Written last: a file without a valid header was never finished.</summary>
/// <remarks>
/// Little-endian: magic 8 B, version u16 @8, flags u16 @10 (bit 0: the rows have ids; bit 1: the file names segments and
/// holds no rows), page size u32 @12, rows u64 @16, columns u32 @24, manifest offset u64 @32, manifest length u64 @40, manifest
/// XXH64 @48, header XXH64 @4088 (computed with itself zero); everything else is zero.
/// </remarks>
internal readonly record struct StoreHeader(
    bool HasIds, int PageSize, long Count, int Columns, long ManifestOffset, int ManifestLength, ulong ManifestHash)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = StoreRules.Alignment;

    /// <summary>Longest manifest that is read: 64 MiB.</summary>
    public const int MaxManifestLength = 64 << 20;

    /// <summary>The newest version of the format that is read.</summary>
    public const int NewestVersion = 2;

    private const int HashOffset = Size - sizeof(ulong);

    /// <summary>1 when every column is dense and raw and the rows are in this file, otherwise 2.</summary>
    public int Version { get; init; } = 1;

    /// <summary>True when the rows are in other files, which the manifest names.</summary>
    public bool IsIndex { get; init; }

    /// <summary>"TESS", then bytes that a transfer in text mode would change.</summary>
    private static ReadOnlySpan<byte> Magic => "TESS\r\n\u001a\n"u8;

    /// <summary>Reads and checks the header of a mapped store.</summary>
    /// <exception cref="FileFormatException">It isn't a finished store of this version.</exception>
    public static StoreHeader Read(MappedFile file)
    {
        if (file.Length < Size)
            throw ExampleStore.Refuse(file.Path, file.Length, $"a header of {Size} bytes", $"a file of {file.Length} bytes");
        ReadOnlySpan<byte> bytes = file.Bytes(0, Size);
        if (!bytes.StartsWith(Magic))
        {
            throw ExampleStore.Refuse(
                file.Path, 0, "the mark of a finished .tess file", $"the bytes {Convert.ToHexString(bytes[..8])}");
        }

        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (version is < 1 or > NewestVersion)
            throw ExampleStore.Refuse(file.Path, 8, $"version 1 or {NewestVersion} of the format", Text(version));
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[HashOffset..]) != Hash(bytes))
            throw ExampleStore.Refuse(file.Path, HashOffset, "the header's checksum to match", "another header");

        // From here on only a writer that breaks the rules can be the cause.
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]);
        uint pageSize = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        uint columns = BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]);
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]);
        if (flags > (version == 1 ? 1 : 3))
            throw ExampleStore.Refuse(file.Path, 10, $"flags that version {version} knows", Text(flags));
        if (!StoreRules.IsPageSize(pageSize))
            throw ExampleStore.Refuse(file.Path, 12, "a page size that is a power of two from 65536 to 2^30", Text(pageSize));
        if (count > long.MaxValue)
            throw ExampleStore.Refuse(file.Path, 16, "below 2^63 rows", Text(count));
        if (columns > int.MaxValue)
            throw ExampleStore.Refuse(file.Path, 24, "below 2^31 columns", Text(columns));
        if (length is 0 or > MaxManifestLength || offset > (ulong)file.Length || (ulong)file.Length - offset != length)
        {
            throw ExampleStore.Refuse(
                file.Path, 32, $"the manifest to end the file of {file.Length} bytes", $"{length} bytes at {offset}");
        }

        return new StoreHeader(
            (flags & 1) != 0, (int)pageSize, (long)count, (int)columns, (long)offset, (int)length,
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]))
        { Version = version, IsIndex = (flags & 2) != 0 };
    }

    /// <summary>The bytes of this header.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), (ushort)((HasIds ? 1 : 0) + (IsIndex ? 2 : 0)));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), PageSize);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), Columns);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), ManifestOffset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), ManifestLength);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(48), ManifestHash);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(HashOffset), Hash(bytes));
        return bytes;
    }

    private static ulong Hash(ReadOnlySpan<byte> header)
    {
        var hash = new XxHash64();
        hash.Append(header[..HashOffset]);
        hash.Append(stackalloc byte[sizeof(ulong)]);
        return hash.GetCurrentHashAsUInt64();
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
