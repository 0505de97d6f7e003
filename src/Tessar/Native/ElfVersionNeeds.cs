using System.Buffers.Binary;
using System.Text;

namespace Tessar.Native;

/// <summary>Finds the version requirements of a 64-bit little-endian ELF library and marks one of them weak.</summary>
/// <remarks>
/// A library lists the symbol versions it wants from its neighbours in the section of type SHT_GNU_verneed. The loader
/// refuses the library when one is missing, unless the entry carries VER_FLG_WEAK. That is harmless exactly when nothing
/// relocates against a symbol of that version, which is checked here. Every read is bounds-checked: the bytes may be anything.
/// Source: ELF gABI chapter 4; LSB "Symbol Versioning".
/// </remarks>
internal static class ElfVersionNeeds
{
    private const uint SectionVersionNeeds = 0x6ffffffe;
    private const uint SectionVersionSymbols = 0x6fffffff;
    private const uint SectionRelocationsWithAddend = 4;
    private const uint SectionWithoutBytes = 8;
    private const uint SectionDynamicSymbols = 11;
    private const ushort FlagWeak = 2;
    private const int SectionHeaderSize = 64;

    /// <summary>Marks the need for <paramref name="version"/> as weak, in place.</summary>
    /// <param name="image">The bytes of the library; changed only when the result is <see cref="PatchOutcome.Patched"/>.</param>
    /// <param name="version">The version name, for example <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>What was found, and so what was done.</returns>
    public static PatchOutcome MarkWeak(Span<byte> image, string version)
    {
        if (!TryReadSections(image, out List<Section> sections))
            return PatchOutcome.NotElf64;

        int flagsAt = -1;
        ushort versionIndex = 0;
        int hits = 0;
        foreach (Section section in sections)
        {
            if (section.Type != SectionVersionNeeds)
                continue;
            if (section.Link >= sections.Count)
                return PatchOutcome.Malformed;
            if (!TryFindNeeds(image, section, sections[(int)section.Link], version, ref hits, ref flagsAt, ref versionIndex))
                return PatchOutcome.Malformed;
        }

        if (hits == 0)
            return PatchOutcome.VersionNotNeeded;
        if (hits > 1)
            return PatchOutcome.Ambiguous;
        switch (IsRelocatedAgainst(image, sections, versionIndex))
        {
            case null: return PatchOutcome.Malformed;
            case true: return PatchOutcome.Relocated;
            default: break;
        }

        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(image[flagsAt..]);
        BinaryPrimitives.WriteUInt16LittleEndian(image[flagsAt..], (ushort)(flags | FlagWeak));
        return PatchOutcome.Patched;
    }

    private static bool TryReadSections(ReadOnlySpan<byte> image, out List<Section> sections)
    {
        sections = [];
        // e_ident: magic, class 2 = 64 bit, data 1 = little-endian.
        if (image.Length < 64 || !image[..4].SequenceEqual("\u007fELF"u8) || image[4] != 2 || image[5] != 1)
            return false;
        ulong tableAt = BinaryPrimitives.ReadUInt64LittleEndian(image[0x28..]);
        ushort entrySize = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3a..]);
        ushort count = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3c..]);
        if (entrySize != SectionHeaderSize || !Fits(image, tableAt, (ulong)count * SectionHeaderSize))
            return false;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = image.Slice((int)tableAt + i * SectionHeaderSize, SectionHeaderSize);
            var section = new Section(
                BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(header[0x18..]),
                BinaryPrimitives.ReadUInt64LittleEndian(header[0x20..]),
                BinaryPrimitives.ReadUInt32LittleEndian(header[0x28..]));
            // .bss occupies no bytes of the file whatever its size says; as an empty section nothing of it is ever read.
            bool isReadable = section.Type != SectionWithoutBytes && Fits(image, section.Offset, section.Size);
            sections.Add(isReadable ? section : section with { Type = 0, Size = 0 });
        }

        return true;
    }

    // Verneed: vn_cnt at +2, vn_aux at +8, vn_next at +12. Vernaux: vna_flags +4, vna_other +6, vna_name +8, vna_next +12.
    private static bool TryFindNeeds(
        ReadOnlySpan<byte> image, Section needs, Section names, string version, ref int hits, ref int flagsAt, ref ushort index)
    {
        const uint entrySize = 16;
        ulong end = needs.Offset + needs.Size;
        ulong at = needs.Offset;
        while (true)
        {
            if (at + entrySize > end)
                return false;
            ReadOnlySpan<byte> need = image[(int)at..];
            ushort count = BinaryPrimitives.ReadUInt16LittleEndian(need[2..]);
            ulong entryAt = at + BinaryPrimitives.ReadUInt32LittleEndian(need[8..]);
            for (int i = 0; i < count; i++)
            {
                if (entryAt + entrySize > end)
                    return false;
                ReadOnlySpan<byte> entry = image[(int)entryAt..];
                if (NameEquals(image, names, BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]), version))
                {
                    hits++;
                    flagsAt = (int)entryAt + 4;
                    index = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]) & 0x7fff);
                }

                uint nextEntry = BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]);
                if (nextEntry == 0 && i + 1 < count)
                    return false;
                entryAt += nextEntry;
            }

            uint next = BinaryPrimitives.ReadUInt32LittleEndian(need[12..]);
            if (next == 0)
                return true;
            at += next; // strictly forward, so the walk ends
        }
    }

    private static bool NameEquals(ReadOnlySpan<byte> image, Section names, uint nameAt, string version)
    {
        if (nameAt >= names.Size)
            return false;
        ReadOnlySpan<byte> rest = image.Slice((int)(names.Offset + nameAt), (int)(names.Size - nameAt));
        int length = rest.IndexOf((byte)0);
        return length >= 0 && rest[..length].SequenceEqual(Encoding.ASCII.GetBytes(version));
    }

    /// <summary>Whether any relocation names a symbol of that version; null when the tables contradict each other.</summary>
    private static bool? IsRelocatedAgainst(ReadOnlySpan<byte> image, List<Section> sections, ushort versionIndex)
    {
        Section versions = sections.Find(s => s.Type == SectionVersionSymbols);
        if (versions.Size == 0)
            return null;
        foreach (Section section in sections)
        {
            if (section.Type != SectionRelocationsWithAddend)
                continue;
            if (section.Link >= sections.Count || sections[(int)section.Link].Type != SectionDynamicSymbols)
                continue;
            for (ulong at = 0; at + 24 <= section.Size; at += 24)
            {
                ulong symbol = BinaryPrimitives.ReadUInt64LittleEndian(image[(int)(section.Offset + at + 8)..]) >> 32;
                if (symbol * 2 + 2 > versions.Size)
                    return null;
                ushort of = BinaryPrimitives.ReadUInt16LittleEndian(image[(int)(versions.Offset + symbol * 2)..]);
                if ((of & 0x7fff) == versionIndex)
                    return true;
            }
        }

        return false;
    }

    private static bool Fits(ReadOnlySpan<byte> image, ulong offset, ulong size) =>
        offset <= (ulong)image.Length && size <= (ulong)image.Length - offset;

    private readonly record struct Section(uint Type, ulong Offset, ulong Size, uint Link);
}

/// <summary>What <see cref="ElfVersionNeeds.MarkWeak"/> found.</summary>
internal enum PatchOutcome
{
    /// <summary>Exactly one need, nothing relocates against it: marked weak.</summary>
    Patched,

    /// <summary>Not a 64-bit little-endian ELF file, or its section table lies outside of it.</summary>
    NotElf64,

    /// <summary>A table points outside of the file or contradicts another.</summary>
    Malformed,

    /// <summary>No need of that name.</summary>
    VersionNotNeeded,

    /// <summary>More than one need of that name.</summary>
    Ambiguous,

    /// <summary>A relocation uses a symbol of that version, so the need is real.</summary>
    Relocated,
}
