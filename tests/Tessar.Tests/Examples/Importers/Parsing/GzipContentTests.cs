using System.IO.Compression;
using System.Text;
using CsCheck;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Tests.Examples.Importers.Parsing;

public sealed class GzipContentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Members_and_trailing_zeros_are_read_to_the_end() =>
        Gen.Select(Gen.Byte.Array[0, 3000].Array[1, 6], Gen.Int[0, 600]).Sample(
        (members, zeros) =>
        {
            byte[] file = [.. members.SelectMany(Member), .. new byte[zeros]];
            Assert.Equal(members.SelectMany(member => member), Read(file));
        },
        iter: 200, threads: 1);

    [Fact]
    public void Member_larger_than_every_buffer_is_followed_by_another()
    {
        byte[] large = new byte[300_000];
        new Random(5).NextBytes(large);
        byte[] file = [.. Member(large), .. Member([1, 2, 3])];
        Assert.Equal([.. large, 1, 2, 3], Read(file));
        Assert.Throws<InvalidDataException>(() => Read(file[..^9]));
    }

    [Fact]
    public void Optional_parts_of_the_header_are_passed_over()
    {
        byte[] plain = Member([7, 8, 9]);
        byte[] file = [
            .. plain[..3], 4 | 8 | 16 | 2, .. plain[4..10], 3, 0, 1, 2, 3, .. "name\0"u8, .. "words\0"u8, 0, 0, .. plain[10..]
        ];
        System.IO.Hashing.Crc32.Hash(file.AsSpan(0, file.Length - plain.Length + 8)).AsSpan(0, 2)
            .CopyTo(file.AsSpan(file.Length - plain.Length + 8));
        Assert.Equal([7, 8, 9, 1], Read([.. file, .. Member([1])]));
    }

    [Fact]
    public void Content_cut_anywhere_is_refused()
    {
        byte[] first = Member(Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 300)))), file = [
            .. first,
            .. Member([1, 2, 3, 4])
        ];
        for (int length = 3; length < file.Length; length++)
        {
            if (length == first.Length)
                continue;
            Assert.Throws<InvalidDataException>(() => Read(file[..length]));
        }
    }

    [Fact]
    public void Bytes_behind_the_last_member_are_refused_with_their_place()
    {
        byte[] file = [.. Member([1, 2, 3]), 0, 0, 5];
        string message = Assert.Throws<InvalidDataException>(() => Read(file)).Message;
        Assert.Contains($"byte {file.Length - 1}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_flipped_bit_gives_the_same_content_or_is_refused()
    {
        byte[] content = Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 40))), file = [
            .. Member(content),
            .. Member([1, 2, 3])
        ];
        int refused = 0;
        for (int bit = 24; bit < 8 * file.Length; bit++)
        {
            byte[] changed = [.. file];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal([.. content, 1, 2, 3], Read(changed));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        // Time, system and hint of compression of two headers change nothing.
        Assert.InRange(refused, (8 * file.Length) - 24 - (2 * 8 * 8), 8 * file.Length);
    }

    private static byte[] Member(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(content);

        // The framework writes nothing for nothing.
        return stream.Length > 0 ? stream.ToArray() : [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    }

    private byte[] Read(byte[] file)
    {
        File.WriteAllBytes(_folder.File("a.gz"), file);
        using Stream content = GzipContent.Open(_folder.File("a.gz"));
        using var all = new MemoryStream();
        content.CopyTo(all);
        return all.ToArray();
    }
}
