using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Tessar.Examples;

namespace Tessar.Tests.Examples.Importers.Formats;

public sealed class ArrowFormatTests : IDisposable
{
    private const int Rows = 5;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Files_and_streams_become_columns(bool isFile)
    {
        Write("test.arrow", isFile, Batch(0), Batch(Rows));
        using ExampleStore store = folder.Import(folder.File("test.arrow"));
        Assert.Equal(["image", "label", "depth", "note", "flag"], store.Manifest.Columns.Select(column => column.Name));
        Assert.Equal(("test", 2L * Rows), (store.Splits.Single().Name, store.Count));
        Assert.Equal(["cat", "dog"], store.ClassNames);
        Assert.Equal(Photos.Pixels(3, 4, 7), store.PixelsOf(7));
        Assert.Equal("2,2", string.Join(',', store.Column("depth").Shape));
        Assert.Equal([24f, 25f, 26f, 27f], MemoryMarshal.Cast<byte, float>(store.Row(store.Column("depth"), 6)).ToArray());
        Assert.Equal("note 9", Encoding.UTF8.GetString(store.Value(store.Column("note"), 9)));
        Assert.Equal([0, 1, 0, 1, 0, 1], Enumerable.Range(0, 6).Select(i => (int)store.Row(store.Column("flag"), i)[0]));
        Assert.Equal(ulong.MaxValue - 6, store.IdOf(6));
    }

    [Fact]
    public void Missing_values_are_refused_or_filled()
    {
        DoubleArray numbers = new DoubleArray.Builder().Append(1.5).AppendNull().Append(3).Build();
        var schema = new Schema([new Field("z", DoubleType.Default, nullable: true)], null);
        Write("a.arrow", isFile: true, new RecordBatch(schema, [numbers], 3));
        Assert.Contains("`z` in row 1", folder.Refusal<FileFormatException>(folder.File("a.arrow")).Message, StringComparison.Ordinal);
        using ExampleStore store = folder.Import(folder.File("a.arrow"), new ImportOptions { Fill = 7 });
        Assert.Equal([1.5, 7, 3], Enumerable.Range(0, 3).Select(i => BinaryPrimitives.ReadDoubleLittleEndian(store.Row(store.Column("z"), i))));
        Assert.Contains("The number to fill gaps with is 300", folder.Refusal<TessarException>(WriteBytes(), new ImportOptions { Fill = 300 }).Message, StringComparison.Ordinal);

        string WriteBytes()
        {
            UInt8Array bytes = new UInt8Array.Builder().Append(1).AppendNull().Build();
            Write("b.arrow", isFile: true, new RecordBatch(new Schema([new Field("z", UInt8Type.Default, nullable: true)], null), [bytes], 2));
            return folder.File("b.arrow");
        }
    }

    [Fact]
    public void Other_columns_are_refused_by_name()
    {
        Date32Array dates = new Date32Array.Builder().Append(DateTime.UnixEpoch).Build();
        Write("a.arrow", isFile: false, new RecordBatch(new Schema([new Field("when", Date32Type.Default, nullable: false)], null), [dates], 1));
        Assert.Contains("`when`", folder.Refusal<FileFormatException>(folder.File("a.arrow")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Damaged_files_end_with_the_named_error(bool isFile)
    {
        Write("a.arrow", isFile, Batch(0), Batch(Rows));
        folder.SurvivesMutations(folder.File("a.arrow"), folder.File("a.arrow"), "arrow", times: 300);
    }

    private static RecordBatch Batch(int first)
    {
        int[] all = [.. Enumerable.Range(first, Rows)];
        StringArray label = new StringArray.Builder().AppendRange(all.Select(i => i % 2 == 0 ? "cat" : "dog")).Build();
        StringArray note = new StringArray.Builder().AppendRange(all.Select(i => $"note {i}")).Build();
        var pictures = new BinaryArray.Builder();
        foreach (int i in all)
            pictures.Append(Photos.Png(3, 4, i).AsSpan());
        StringArray paths = new StringArray.Builder().AppendRange(all.Select(i => $"{i}.png")).Build();
        BooleanArray flag = new BooleanArray.Builder().AppendRange(all.Select(i => i % 2 == 1)).Build();
        UInt64Array id = new UInt64Array.Builder().AppendRange(all.Select(i => ulong.MaxValue - (ulong)i)).Build();
        FloatArray numbers = new FloatArray.Builder().AppendRange(Enumerable.Range(4 * first, 4 * Rows).Select(i => (float)i)).Build();
        var pair = new FixedSizeListType(new Field("item", FloatType.Default, nullable: false), 2);
        var square = new FixedSizeListType(new Field("item", pair, nullable: false), 2);
        var inner = new FixedSizeListArray(pair, 2 * Rows, numbers, ArrowBuffer.Empty, 0, 0);
        var depth = new FixedSizeListArray(square, Rows, inner, ArrowBuffer.Empty, 0, 0);
        var picture = new StructType([new Field("bytes", BinaryType.Default, nullable: true), new Field("path", StringType.Default, nullable: true)]);
        var image = new StructArray(picture, Rows, [pictures.Build(), paths], ArrowBuffer.Empty, 0, 0);
        var schema = new Schema(
            [
                new Field("label", StringType.Default, nullable: false), new Field("depth", square, nullable: false), new Field("note", StringType.Default, nullable: false),
                new Field("image", picture, nullable: false), new Field("flag", BooleanType.Default, nullable: false), new Field("id", UInt64Type.Default, nullable: false),
            ],
            null);
        return new RecordBatch(schema, [label, depth, note, image, flag, id], Rows);
    }

    private void Write(string name, bool isFile, params RecordBatch[] batches)
    {
        using FileStream stream = File.Create(folder.File(name));
        using ArrowStreamWriter writer = isFile ? new ArrowFileWriter(stream, batches[0].Schema) : new ArrowStreamWriter(stream, batches[0].Schema);
        foreach (RecordBatch batch in batches)
            writer.WriteRecordBatch(batch);
        writer.WriteEnd();
    }
}
