using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Tests.Examples.Importers.Formats;

public sealed class BetonFormatTests : IDisposable
{
    private const byte Float = 0, Int = 1, Image = 2, Bytes = 3, NdArray = 4, Json = 5, Torch = 6;
    private const string F4 = """[["", "<f4"]]""";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(new byte[] { Image, Int }, new[] { 0, 16 }, 24)]
    [InlineData(new byte[] { Image, Bytes }, new[] { 0, 13 }, 29)]
    [InlineData(new byte[] { Image, Bytes, Int }, new[] { 0, 13, 32 }, 40)]
    [InlineData(new byte[] { Float, Image, Bytes }, new[] { 0, 8, 21 }, 40)]
    [InlineData(new byte[] { Bytes, Int }, new[] { 0, 16 }, 24)]
    [InlineData(new byte[] { Image, Image }, new[] { 0, 13 }, 26)]
    [InlineData(new byte[] { Image, Int, NdArray }, new[] { 0, 16, 24 }, 32)]
    public void Published_layouts_are_read(byte[] types, int[] offsets, int rowBytes)
    {
        var file = new BetonFile();
        for (int i = 0; i < types.Length; i++)
            file.Field(types[i], $"f{i}", types[i] == NdArray ? BetonFile.Array(F4, 2) : null);
        for (int row = 0; row < 3; row++)
            file.Row([.. types.Select((type, i) => Value(type, (3 * row) + i))]);
        Assert.Equal(rowBytes, file.Layout().Row);
        Assert.Equal(offsets, file.Layout().Offsets);
        using ExampleStore store = Import(file);
        for (int row = 0; row < 3; row++)
        {
            for (int i = 0; i < types.Length; i++)
            {
                StoreColumn column = store.Manifest.Columns.Single(candidate =>
                    candidate.Name == $"f{i}"
                        || (candidate.Name == "image" && types[i] == Image
                        && store.Manifest.Columns.All(c => c.Name != $"f{i}")));
                byte[] expected = Value(types[i], (3 * row) + i) switch
                {
                    double number => Npy.Bytes(number),
                    long number => Npy.Bytes(number),
                    (int, int, int, byte[] pixels) => pixels,
                    var bytes => (byte[])bytes,
                };
                Assert.Equal(expected, store.Value(column, row));
            }
        }

        static object Value(byte type, int n) => type switch
        {
            Float => n + 0.5,
            Int => (long)n,
            Image => (1, 4, 3, Photos.Pixels(3, 4, n)),
            NdArray => Npy.Bytes(n, n + 1f),
            _ => Encoding.ASCII.GetBytes($"bytes {n}"),
        };
    }

    [Fact]
    public void Jpegs_json_tensors_and_labels_arrive()
    {
        var file = new BetonFile { IsTableReversed = true }.Field(Image, "image").Field(Int, "label").Field(Json, "meta")
            .Field(Torch, "t", BetonFile.Array("""[["", "<i2"]]""", 2, 3));
        for (int i = 0; i < 4; i++)
            file.Row(
                (0, 8, 6, Photos.Jpeg(6, 8, i)), (long)(i % 2), Encoding.ASCII.GetBytes($"{{\"n\":{i}}}\0"),
                Npy.Bytes([.. Enumerable.Range(i, 6).Select(n => (short)n)]));
        using ExampleStore store = Import(file);
        Assert.Equal(["image", "label", "meta", "t"], store.Manifest.Columns.Select(column => column.Name));
        Assert.Equal(Photos.Jpeg(6, 8, 3), store.ImageOf(3).Bytes.ToArray());
        Assert.Equal([0, 1, 0, 1], Enumerable.Range(0, 4).Select(i => ExampleSet.Parse(store, "train").Label(i)));
        Assert.Equal("""{"n":2}""", Encoding.UTF8.GetString(store.Value(store.Column("meta"), 2)));
        Assert.Equal((ElementType.I32, "2,3"), (store.Column("t").Type, string.Join(',', store.Column("t").Shape)));
        Assert.Equal([1, 2, 3, 4, 5, 6], MemoryMarshal.Cast<byte, int>(store.Row(store.Column("t"), 1)).ToArray());
    }

    [Fact]
    public void Numbers_alone_need_no_pages_and_no_table()
    {
        using ExampleStore store = Import(new BetonFile().Field(Int, "y").Field(Float, "z").Row(1L, 2.5).Row(0L, -1.0));
        Assert.Equal(1, ExampleSet.Parse(store, "train").Label(0));
        Assert.Equal(-1.0, BinaryPrimitives.ReadDoubleLittleEndian(store.Row(store.Column("z"), 1)));
    }

    [Fact]
    public void Other_versions_and_custom_types_are_refused()
    {
        string version = Refuse(new BetonFile { Version = 3 }.Field(Int, "y").Row(1L)).Message;
        Assert.Contains("version 2", version, StringComparison.Ordinal);
        Assert.Contains("version 3", version, StringComparison.Ordinal);
        Assert.Contains("custom", Refuse(new BetonFile().Field(255, "y").Row(1L)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "`y` twice", Refuse(new BetonFile().Field(Int, "y").Field(Int, "y").Row(1L, 1L)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "zero byte", Refuse(new BetonFile().Field(Json, "j").Row("{}"u8.ToArray())).Message, StringComparison.Ordinal);
        Assert.Contains(
            "complex numbers",
            Refuse(new BetonFile().Field(NdArray, "a", BetonFile.Array("""[["", "<c8"]]""", 2)).Row(new byte[16])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Places_outside_the_file_and_overlaps_are_refused()
    {
        byte[] file = Small().ToBytes();
        int metadata = 24 + (2 * 1041);
        foreach ((int at, long value) in ((int, long)[])[
            (metadata + 5, file.Length),
            (metadata + 5, long.MaxValue),
            (8, 1L << 40),
            (8, -1),
            (16, file.Length + 1),
            (16, 100),
            (file.Length - 16, 0),
            (file.Length - 8, long.MaxValue)
        ])
        {
            byte[] changed = [.. file];
            BinaryPrimitives.WriteInt64LittleEndian(changed.AsSpan(at), value);
            File.WriteAllBytes(_folder.File("a.beton"), changed);
            Assert.NotNull(_folder.Refusal<FileFormatException>(_folder.File("a.beton")).Offset);
        }

        byte[] overlapping = [.. file];
        long place = BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(file.Length - 16));
        BinaryPrimitives.WriteInt64LittleEndian(overlapping.AsSpan(file.Length - 16), place - 1);
        File.WriteAllBytes(_folder.File("a.beton"), overlapping);
        Assert.Contains(
            "overlap", _folder.Refusal<FileFormatException>(_folder.File("a.beton")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_end_with_the_named_error()
    {
        // The padding up to the first page is most of the file; what stands before and after it is what to damage.
        byte[] file = Small().ToBytes();
        File.WriteAllBytes(_folder.File("a.beton"), file);
        _folder.SurvivesMutations(_folder.File("a.beton"), _folder.File("a.beton"), "beton", times: 60);
    }

    [Fact]
    public void Damaged_metadata_end_with_the_named_error()
    {
        var plain = new BetonFile().Field(Int, "y").Field(Float, "z").Row(1L, 2.5).Row(0L, -1.0);
        File.WriteAllBytes(_folder.File("a.beton"), plain.ToBytes());
        _folder.SurvivesMutations(_folder.File("a.beton"), _folder.File("a.beton"), "beton");
    }

    private static BetonFile Small() => new BetonFile().Field(Image, "image").Field(Int, "label")
        .Row((0, 8, 6, Photos.Jpeg(6, 8, 1)), 1L).Row((1, 4, 3, Photos.Pixels(3, 4, 2)), 0L);

    private ExampleStore Import(BetonFile file)
    {
        File.WriteAllBytes(_folder.File("a.beton"), file.ToBytes());
        return _folder.Import(_folder.File("a.beton"));
    }

    private FileFormatException Refuse(BetonFile file)
    {
        File.WriteAllBytes(_folder.File("a.beton"), file.ToBytes());
        return _folder.Refusal<FileFormatException>(_folder.File("a.beton"));
    }
}
