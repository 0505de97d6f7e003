using System.Buffers.Binary;
using System.Text;

namespace Tessar.Tests.Native;

/// <summary>
/// A small ELF64 library: sections 1 names, 2 version needs, 3 dynamic symbols, 4 their versions, 5 relocations. One
/// neighbour, libstdc++.so.6, asks for each of the versions; version i has index 2 + i, and symbol 1 + i is of version i.
/// </summary>
internal sealed class ElfImage
{
    public const int HeaderSize = 64;
    public const int NeedSize = 16;
    public const int StringTable = 3;
    public const int NoBits = 8;

    private readonly int _sectionTable;

    /// <param name="versions">The versions asked for, in order.</param>
    /// <param name="relocated">The symbols that relocations name.</param>
    /// <param name="tableFirst">Whether the section table lies before the sections, as it may.</param>
    public ElfImage(IReadOnlyList<string> versions, IReadOnlyList<int> relocated, bool tableFirst = false)
    {
        byte[] names = Encoding.ASCII.GetBytes($"\0libstdc++.so.6\0{string.Join('\0', versions)}\0");
        byte[] needs = new byte[NeedSize * (1 + versions.Count)];
        Write16(needs, 0, 1); // vn_version
        Write16(needs, 2, versions.Count);
        Write32(needs, 4, 1); // vn_file
        Write32(needs, 8, NeedSize);
        int nameAt = "\0libstdc++.so.6\0".Length;
        for (int i = 0; i < versions.Count; i++)
        {
            int at = NeedSize * (1 + i);
            Write16(needs, at + 6, 2 + i);
            Write32(needs, at + 8, nameAt);
            Write32(needs, at + 12, i + 1 < versions.Count ? NeedSize : 0);
            nameAt += versions[i].Length + 1;
        }

        byte[] symbols = new byte[24 * (1 + versions.Count)];
        byte[] symbolVersions = new byte[2 * (1 + versions.Count)];
        for (int i = 0; i < versions.Count; i++)
            Write16(symbolVersions, 2 * (1 + i), 2 + i);
        byte[] relocations = new byte[24 * relocated.Count];
        for (int i = 0; i < relocated.Count; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(relocations.AsSpan(24 * i + 8), ((ulong)relocated[i] << 32) | 6);

        (uint Type, uint Link, byte[] Content)[] sections =
        [
            (0, 0, []), (StringTable, 0, names), (0x6ffffffe, 1, needs), (11, 1, symbols), (0x6fffffff, 3, symbolVersions),
            (4, 3, relocations),
        ];
        int contentSize = sections.Sum(section => section.Content.Length);
        int tableSize = 64 * sections.Length;
        Bytes = new byte[HeaderSize + contentSize + tableSize];
        "\u007fELF"u8.CopyTo(Bytes);
        (Bytes[4], Bytes[5], Bytes[6]) = (2, 1, 1);
        _sectionTable = tableFirst ? HeaderSize : HeaderSize + contentSize;
        BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan(0x28), (ulong)_sectionTable);
        Write16(Bytes, 0x3a, 64);
        Write16(Bytes, 0x3c, sections.Length);
        int contentAt = tableFirst ? HeaderSize + tableSize : HeaderSize;
        for (int i = 0; i < sections.Length; i++)
        {
            int header = SectionHeader(i);
            Write32(Bytes, header + 4, (int)sections[i].Type);
            BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan(header + 0x18), (ulong)contentAt);
            BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan(header + 0x20), (ulong)sections[i].Content.Length);
            Write32(Bytes, header + 0x28, (int)sections[i].Link);
            sections[i].Content.CopyTo(Bytes, contentAt);
            if (i == 2)
                NeedsAt = contentAt;
            contentAt += sections[i].Content.Length;
        }
    }

    /// <summary>The whole file.</summary>
    public byte[] Bytes { get; }

    /// <summary>Where the version needs begin: one record for the neighbour, then one for each version.</summary>
    public int NeedsAt { get; }

    /// <summary>Where the header of a section begins: type at +4, offset at +0x18, size at +0x20, link at +0x28.</summary>
    public int SectionHeader(int section) => _sectionTable + 64 * section;

    /// <summary>Where the flags of a version lie.</summary>
    public int FlagsAt(int version) => NeedsAt + NeedSize * (1 + version) + 4;

    public static void Write16(byte[] bytes, int at, int value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)value);

    public static void Write32(byte[] bytes, int at, long value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)value);

    public static void Write64(byte[] bytes, int at, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), value);
}
