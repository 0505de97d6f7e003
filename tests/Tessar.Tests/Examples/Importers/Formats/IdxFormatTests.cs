using System.Runtime.InteropServices;
using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Tests.Examples.Importers.Formats;

public sealed class IdxFormatTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

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
        File.WriteAllBytes(folder.File("z.idx"), [0, 0, code, 1, 0, 0, 0, 2, .. data]);
        using ExampleStore store = folder.Import(folder.File("z.idx"));
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
        IdxSource.Write(folder.File("idx"), isCompressed: true);
        Assert.Equal("idx", Importer.Detect(folder.File("idx")));
        Directory.CreateDirectory(folder.File("empty"));
        string message = Assert.Throws<TessarException>(() => Importer.Detect(folder.File("empty"))).Message;
        Assert.All(Importer.Formats, format => Assert.Contains(format, message, StringComparison.Ordinal));
        Assert.Contains("Did you mean `cifar`", folder.Refusal<TessarException>(
            folder.File("idx"), new ImportOptions { Format = "cifa" }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_end_with_the_named_error()
    {
        IdxSource.Write(folder.File("idx"), isCompressed: false);
        folder.SurvivesMutations(folder.File("idx"), folder.File("idx/train-images-idx3-ubyte"), "idx");
    }
}
