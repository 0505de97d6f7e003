using System.Runtime.InteropServices;
using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Tests.Examples.Importers.Formats;

public sealed class IdxFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<byte, byte[], ElementType, double> Types => new()
    {
        { 0x08, [3, 250], ElementType.U8, 250 },
        { 0x09, [3, 0xFE], ElementType.I32, -2 },
        { 0x0B, [0, 3, 0xFF, 0x38], ElementType.I32, -200 },
        { 0x0C, [0, 0, 0, 3, 0, 1, 0, 0], ElementType.I32, 65536 },
        { 0x0D, [0, 0, 0, 0, 0x3F, 0xC0, 0, 0], ElementType.F32, 1.5 },
        { 0x0E, [0, 0, 0, 0, 0, 0, 0, 0, 0xC0, 4, 0, 0, 0, 0, 0, 0], ElementType.F64, -2.5 },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void All_six_types_are_read_from_their_big_end(byte code, byte[] data, ElementType type, double second)
    {
        File.WriteAllBytes(_folder.File("z.idx"), [0, 0, code, 1, 0, 0, 0, 2, .. data]);
        using ExampleStore store = _folder.Import(_folder.File("z.idx"));
        StoreColumn column = Assert.Single(store.Manifest.Columns);
        Assert.Equal(type, column.Type);
        ReadOnlySpan<byte> value = store.Row(column, 1);
        Assert.Equal(second, type switch
        {
            ElementType.U8 => value[0],
            ElementType.I32 => MemoryMarshal.Read<int>(value),
            ElementType.F32 => MemoryMarshal.Read<float>(value),
            _ => MemoryMarshal.Read<double>(value),
        });
    }

    [Fact]
    public void Folder_is_detected_and_kept_apart_from_others()
    {
        IdxSource.Write(_folder.File("idx"), isCompressed: true);
        Assert.Equal("idx", Importer.Detect(_folder.File("idx")));
        Directory.CreateDirectory(_folder.File("empty"));
        string message = Assert.Throws<TessarException>(() => Importer.Detect(_folder.File("empty"))).Message;
        Assert.All(Importer.Formats, format => Assert.Contains(format, message, StringComparison.Ordinal));
        Assert.Contains("Did you mean `cifar`", _folder.Refusal<TessarException>(
            _folder.File("idx"), new ImportOptions { Format = "cifa" }).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.bin", false)]
    [InlineData("a.parquet", false)]
    [InlineData("a", true)]
    public void Content_decides_before_the_name(string name, bool isCompressed)
    {
        byte[] content = IdxSource.Labels(4, 1);
        File.WriteAllBytes(_folder.File(name), isCompressed ? IdxSource.Compress(content) : content);
        Assert.Equal("idx", Importer.Detect(_folder.File(name)));
        File.WriteAllBytes(_folder.File("my-idx-notes.txt"), "words"u8.ToArray());
        Assert.Contains(
            "no format", Assert.Throws<TessarException>(() => Importer.Detect(_folder.File("my-idx-notes.txt"))).Message,
            StringComparison.Ordinal);
        File.WriteAllBytes(_folder.File("train-images-idx3-ubyte"), IdxSource.Images(3, 1)[..^1]);
        Assert.Equal("idx", Importer.Detect(_folder.File("train-images-idx3-ubyte")));
    }

    [Fact]
    public void Members_and_trailing_zeros_of_gzip_are_read_in_a_folder()
    {
        IdxSource.Write(_folder.File("idx"));
        using ExampleStore plain = _folder.Import(_folder.File("idx"));
        byte[] images = IdxSource.Images(IdxSource.Train, 1), tests = IdxSource.Images(IdxSource.Test, 2);
        File.Delete(_folder.File("idx/train-images-idx3-ubyte"));
        File.Delete(_folder.File("idx/t10k-images-idx3-ubyte"));
        File.WriteAllBytes(
            _folder.File("idx/train-images-idx3-ubyte.gz"),
            [.. IdxSource.Compress(images[..50]), .. IdxSource.Compress(images[50..])]);
        File.WriteAllBytes(_folder.File("idx/t10k-images-idx3-ubyte.gz"), [.. IdxSource.Compress(tests), .. new byte[512]]);
        using ExampleStore store = _folder.Import(_folder.File("idx"));
        Assert.Equal(plain.Identity, store.Identity);
    }

    [Fact]
    public void Other_files_of_the_folder_are_an_error_or_counted_but_a_gzipped_twin_is_not()
    {
        IdxSource.Write(_folder.File("idx"), isCompressed: false);
        IdxSource.Write(_folder.File("idx"), isCompressed: true);
        _folder.Import(_folder.File("idx")).Dispose();
        File.WriteAllBytes(_folder.File("idx/emnist-letters-train-images-idx3-ubyte"), IdxSource.Images(3, 1));
        Assert.Contains(
            "emnist-letters", _folder.Refusal<TessarException>(_folder.File("idx")).Message, StringComparison.Ordinal);
        using ExampleStore store = _folder.Import(_folder.File("idx"), new ImportOptions { SkipUnknown = true });
        Assert.Equal("1", store.Manifest.Provenance.Settings["skip-unknown.no ending"]);
    }

    [Fact]
    public void Damaged_files_end_with_the_named_error()
    {
        IdxSource.Write(_folder.File("idx"), isCompressed: false);
        _folder.SurvivesMutations(_folder.File("idx"), _folder.File("idx/train-images-idx3-ubyte"), "idx");
    }
}
