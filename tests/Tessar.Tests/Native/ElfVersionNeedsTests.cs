using CsCheck;
using Tessar.Native;

namespace Tessar.Tests.Native;

public sealed class ElfVersionNeedsTests
{
    private const string Wanted = "GLIBCXX_3.4.32";
    private static readonly string[] _versions = ["GLIBCXX_3.4.30", Wanted, "GLIBCXX_3.4.3"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_need_that_nothing_relocates_against_is_marked_weak_and_no_other_byte_changes(bool tableFirst)
    {
        var elf = new ElfImage(_versions, [1, 3], tableFirst);
        byte[] before = [.. elf.Bytes];
        Assert.Equal(PatchOutcome.Patched, ElfVersionNeeds.MarkWeak(elf.Bytes, Wanted));
        before[elf.FlagsAt(1)] |= 2;
        Assert.Equal(before, elf.Bytes);
    }

    [Fact]
    public void Flags_that_are_set_stay_set()
    {
        var elf = new ElfImage(_versions, []);
        ElfImage.Write16(elf.Bytes, elf.FlagsAt(1), 0x8101);
        Assert.Equal(PatchOutcome.Patched, ElfVersionNeeds.MarkWeak(elf.Bytes, Wanted));
        Assert.Equal(0x8103, BitConverter.ToUInt16(elf.Bytes, elf.FlagsAt(1)));
    }

    [Fact]
    public void Version_that_nobody_asks_for_is_not_found()
    {
        // Neither a beginning of a name nor a name that begins like it counts.
        Refused(new ElfImage(["GLIBCXX_3.4.3", "GLIBCXX_3.4.321"], []), PatchOutcome.VersionNotNeeded);
        Refused(new ElfImage(["CXXABI_1.3"], []), PatchOutcome.VersionNotNeeded);
    }

    [Fact]
    public void Version_that_is_asked_for_twice_is_ambiguous() =>
        Refused(new ElfImage([Wanted, Wanted], []), PatchOutcome.Ambiguous);

    [Fact]
    public void Need_that_a_relocation_uses_is_real() => Refused(new ElfImage(_versions, [1, 2]), PatchOutcome.Relocated);

    [Theory]
    [InlineData(4, 1)] // 32 bit
    [InlineData(5, 2)] // big-endian
    [InlineData(0, 0)] // no magic number
    [InlineData(0x3a, 63)] // section headers of another size
    public void Other_kinds_of_file_are_refused(int at, byte value)
    {
        var elf = new ElfImage(_versions, []);
        elf.Bytes[at] = value;
        Refused(elf, PatchOutcome.NotElf64);
    }

    [Fact]
    public void File_cut_at_any_byte_is_refused()
    {
        byte[] whole = new ElfImage(_versions, [1, 3]).Bytes;
        for (int length = 0; length < whole.Length; length++)
            Assert.Equal(PatchOutcome.NotElf64, ElfVersionNeeds.MarkWeak(whole.AsSpan(0, length).ToArray(), Wanted));
    }

    // Here the section table survives and the tables it names don't. All but the relocations are needed.
    [Fact]
    public void File_cut_behind_its_section_table_is_refused_until_all_tables_are_there()
    {
        var elf = new ElfImage(_versions, [], tableFirst: true);
        for (int length = 0; length < elf.Bytes.Length; length++)
            Assert.NotEqual(PatchOutcome.Patched, ElfVersionNeeds.MarkWeak(elf.Bytes.AsSpan(0, length).ToArray(), Wanted));
        Assert.Equal(PatchOutcome.Patched, ElfVersionNeeds.MarkWeak(elf.Bytes, Wanted));
    }

    [Theory]
    [InlineData(2, 40_000)] // more versions than there are
    [InlineData(8, 100_000)] // first version outside of the file
    [InlineData(8, 0xffff_fff0)]
    [InlineData(12, 100_000)] // next neighbour outside of the file
    [InlineData(12, 0xffff_fff0)]
    [InlineData(16 + 12, 100_000)] // next version outside of the file
    [InlineData(16 + 12, 0xffff_fff0)]
    [InlineData(16 + 12, 0)] // the chain of versions ends too soon
    public void Chain_that_leaves_its_section_is_refused(int at, long value)
    {
        var elf = new ElfImage(_versions, []);
        if (at == 2)
            ElfImage.Write16(elf.Bytes, elf.NeedsAt + at, (int)value);
        else
            ElfImage.Write32(elf.Bytes, elf.NeedsAt + at, value);
        Refused(elf, PatchOutcome.Malformed);
    }

    [Fact]
    public void Link_to_a_section_that_is_not_there_is_refused()
    {
        var elf = new ElfImage(_versions, []);
        ElfImage.Write32(elf.Bytes, elf.SectionHeader(2) + 0x28, 6);
        Refused(elf, PatchOutcome.Malformed);
    }

    [Fact]
    public void Name_outside_of_the_names_is_no_name()
    {
        var elf = new ElfImage([Wanted], []);
        ElfImage.Write32(elf.Bytes, elf.NeedsAt + ElfImage.NeedSize + 8, 1 << 30);
        Refused(elf, PatchOutcome.VersionNotNeeded);
    }

    [Fact]
    public void Names_that_claim_to_occupy_no_bytes_are_not_read()
    {
        var elf = new ElfImage(_versions, []);
        ElfImage.Write32(elf.Bytes, elf.SectionHeader(1) + 4, ElfImage.NoBits);
        ElfImage.Write64(elf.Bytes, elf.SectionHeader(1) + 0x18, ulong.MaxValue / 2);
        ElfImage.Write64(elf.Bytes, elf.SectionHeader(1) + 0x20, ulong.MaxValue / 2);
        Refused(elf, PatchOutcome.VersionNotNeeded);
    }

    [Fact]
    public void Relocation_against_a_symbol_without_version_is_refused() =>
        Refused(new ElfImage(_versions, [9]), PatchOutcome.Malformed);

    [Fact]
    public void File_without_symbol_versions_is_refused()
    {
        var elf = new ElfImage(_versions, []);
        ElfImage.Write32(elf.Bytes, elf.SectionHeader(4) + 4, 1);
        Refused(elf, PatchOutcome.Malformed);
    }

    // Reads and writes outside of a span throw, so an outcome means that there was none.
    [Fact]
    public void Changed_files_never_lead_outside_and_change_at_most_the_flag()
    {
        ulong[] telling = [
            0, 1, 8, 63, 64, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, long.MaxValue, ulong.MaxValue - 15, ulong.MaxValue
        ];
        int length = new ElfImage(_versions, [1, 3]).Bytes.Length;
        Gen<(int At, int Size, ulong Value)> change = Gen.Select(
            Gen.Int[0, length - 8],
            Gen.Int[0, 3].Select(power => 1 << power),
            Gen.OneOf(Gen.Int[0, telling.Length - 1].Select(i => telling[i]), Gen.ULong[0, 1024]),
            (at, size, value) => (at, size, value));
        Gen.Select(Gen.Bool, change.Array[1, 6]).Sample(
            (tableFirst, changes) =>
            {
                byte[] bytes = [.. new ElfImage(_versions, [1, 3], tableFirst).Bytes];
                foreach ((int at, int size, ulong value) in changes)
                    BitConverter.GetBytes(value).AsSpan(0, size).CopyTo(bytes.AsSpan(at));
                byte[] before = [.. bytes];
                PatchOutcome outcome = ElfVersionNeeds.MarkWeak(bytes, Wanted);
                int[] changed = [.. Enumerable.Range(0, bytes.Length).Where(i => bytes[i] != before[i])];
                return outcome == PatchOutcome.Patched
                    ? changed.Length <= 1 && changed.All(i => bytes[i] == (before[i] | 2))
                    : changed.Length == 0;
            },
            iter: 20_000);
    }

    [Fact]
    public void Shipped_bridge_is_marked_by_one_bit_and_stays_marked()
    {
        if (!OperatingSystem.IsLinux())
            return; // other systems ship another bridge
        string path = Assert.Single(Directory.GetFiles(
            AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories));
        byte[] original = File.ReadAllBytes(path), image = [.. original];
        Assert.Equal(PatchOutcome.Patched, ElfVersionNeeds.MarkWeak(image, Wanted));
        int changed = Assert.Single(Enumerable.Range(0, image.Length), i => image[i] != original[i]);
        Assert.Equal(original[changed] | 2, image[changed]);
        byte[] once = [.. image];
        Assert.Equal(PatchOutcome.Patched, ElfVersionNeeds.MarkWeak(image, Wanted));
        Assert.True(once.AsSpan().SequenceEqual(image));
        Assert.Equal(PatchOutcome.VersionNotNeeded, ElfVersionNeeds.MarkWeak(image, "GLIBCXX_9.9.99"));
    }

    private static void Refused(ElfImage elf, PatchOutcome outcome)
    {
        byte[] before = [.. elf.Bytes];
        Assert.Equal(outcome, ElfVersionNeeds.MarkWeak(elf.Bytes, Wanted));
        Assert.Equal(before, elf.Bytes);
    }
}
