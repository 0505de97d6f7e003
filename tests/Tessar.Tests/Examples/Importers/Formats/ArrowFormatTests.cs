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
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Files_and_streams_become_columns(bool isFile)
    {
        Write("test.arrow", isFile, Batch(0), Batch(Rows));
        using ExampleStore store = _folder.Import(_folder.File("test.arrow"));
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
        Assert.Contains(
            "`z` in row 1", _folder.Refusal<FileFormatException>(_folder.File("a.arrow")).Message, StringComparison.Ordinal);
        using ExampleStore store = _folder.Import(_folder.File("a.arrow"), new ImportOptions { Fill = 7 });
        Assert.Equal(
            [1.5, 7, 3],
            Enumerable.Range(0, 3).Select(i => BinaryPrimitives.ReadDoubleLittleEndian(store.Row(store.Column("z"), i))));
        Assert.Contains(
            "The number to fill gaps with is 300",
            _folder.Refusal<TessarException>(WriteBytes(), new ImportOptions { Fill = 300 }).Message, StringComparison.Ordinal);

        string WriteBytes()
        {
            UInt8Array bytes = new UInt8Array.Builder().Append(1).AppendNull().Build();
            Write(
                "b.arrow", isFile: true,
                new RecordBatch(new Schema([new Field("z", UInt8Type.Default, nullable: true)], null), [bytes], 2));
            return _folder.File("b.arrow");
        }
    }

    [Fact]
    public void Other_columns_alone_are_refused_by_name()
    {
        Date32Array dates = new Date32Array.Builder().Append(DateTime.UnixEpoch).Build();
        Write(
            "a.arrow", isFile: false,
            new RecordBatch(new Schema([new Field("when", Date32Type.Default, nullable: false)], null), [dates], 1));
        Assert.Contains(
            "`when`", _folder.Refusal<FileFormatException>(_folder.File("a.arrow")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Footer_alone_tells_where_a_files_batches_are()
    {
        Write("a.arrow", isFile: true, Batch(0), Batch(Rows));
        byte[] file = File.ReadAllBytes(_folder.File("a.arrow"));

        // Some writers put no schema in front of the first batch.
        file.AsSpan(8, 8 + BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12))).Clear();
        File.WriteAllBytes(_folder.File("a.arrow"), file);
        using ExampleStore store = _folder.Import(_folder.File("a.arrow"));
        Assert.Equal((2L * Rows, Photos.Pixels(3, 4, 7).Length), (store.Count, store.PixelsOf(7).Length));
        Assert.Equal(Photos.Pixels(3, 4, 7), store.PixelsOf(7));
        File.WriteAllBytes(_folder.File("a.arrow"), file[..^1]);
        Assert.Contains(
            "footer", _folder.Refusal<FileFormatException>(_folder.File("a.arrow")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Dictionaries_lists_views_and_large_text_are_read(bool isFile)
    {
        Write("a.arrow", isFile, Mixed());
        using ExampleStore store = _folder.Import(_folder.File("a.arrow"));
        Assert.Equal(["label", "weight", "pair", "large", "view"], store.Manifest.Columns.Select(column => column.Name));
        Assert.Equal(["cat", "ox"], store.ClassNames);
        Assert.Equal([1, 0, 1], Enumerable.Range(0, 3).Select(i => ExampleSet.Parse(store, "train").Label(i)));
        Assert.Equal(
            [2.5f, 1.5f, 2.5f],
            Enumerable.Range(0, 3).Select(i => MemoryMarshal.Read<float>(store.Row(store.Column("weight"), i))));
        Assert.Equal([5, 6], MemoryMarshal.Cast<byte, int>(store.Row(store.Column("pair"), 2)).ToArray());
        Assert.Equal("large 1", Encoding.UTF8.GetString(store.Value(store.Column("large"), 1)));
        Assert.Equal(
            ["short", "a text of more than twelve bytes", string.Empty],
            Enumerable.Range(0, 3).Select(i => Encoding.UTF8.GetString(store.Value(store.Column("view"), i))));
        Assert.Equal(
            ("times", "lists of varying length"),
            (store.Manifest.Provenance.Settings["unread.when"], store.Manifest.Provenance.Settings["unread.ragged"]));
        _folder.SurvivesMutations(_folder.File("a.arrow"), _folder.File("a.arrow"), "arrow", times: 200);
    }

    [Fact]
    public void Class_names_of_the_metadata_are_kept()
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["huggingface"] = """{"info":{"features":{"label":{"names":["ox","cat"],"_type":"ClassLabel"}}}}""",
        };
        Int64Array labels = new Int64Array.Builder().Append(1).Append(0).Build();
        Write(
            "a.arrow", isFile: false,
            new RecordBatch(new Schema([new Field("label", Int64Type.Default, nullable: false)], metadata), [labels], 2));
        using ExampleStore store = _folder.Import(_folder.File("a.arrow"));
        Assert.Equal("cat", store.ClassNames[ExampleSet.Parse(store, "train").Label(0)]);
    }

    private static RecordBatch Mixed()
    {
        StringArray names = new StringArray.Builder().AppendRange(["cat", "dog", "ox"]).Build();
        FloatArray weights = new FloatArray.Builder().AppendRange([1.5f, 2.5f]).Build();
        var label = new DictionaryArray(
            new DictionaryType(Int32Type.Default, StringType.Default, ordered: false),
            new Int32Array.Builder().AppendRange([2, 0, 2]).Build(), names);
        var weight = new DictionaryArray(
            new DictionaryType(Int8Type.Default, FloatType.Default, ordered: false),
            new Int8Array.Builder().AppendRange([1, 0, 1]).Build(), weights);
        byte[] text = Encoding.UTF8.GetBytes("large 0large 1large 2");
        var large = new LargeStringArray(3, new ArrowBuffer(Npy.Bytes(0L, 7, 14, 21)), new ArrowBuffer(text), ArrowBuffer.Empty);
        StringViewArray view = new StringViewArray.Builder()
            .AppendRange(["short", "a text of more than twelve bytes", string.Empty]).Build();
        Date32Array when = new Date32Array.Builder().Append(DateTime.UnixEpoch).Append(DateTime.UnixEpoch)
            .Append(DateTime.UnixEpoch).Build();
        ListArray pair = Lists(2, 4, 6), ragged = Lists(1, 4, 6);
        (string Name, IArrowArray Values)[] columns = [
            ("label", label), ("weight", weight), ("pair", pair), ("large", large), ("view", view), ("when", when),
            ("ragged", ragged)
        ];
        return new RecordBatch(
            new Schema(columns.Select(column => new Field(column.Name, column.Values.Data.DataType, nullable: false)), null),
            columns.Select(column => column.Values), 3);
    }

    private static ListArray Lists(params int[] ends) => new(
        new ListType(new Field("item", Int32Type.Default, nullable: false)), 3, new ArrowBuffer(Npy.Bytes([0, .. ends])),
        new Int32Array.Builder().AppendRange([1, 2, 3, 4, 5, 6]).Build(), ArrowBuffer.Empty, 0, 0);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Damaged_files_end_with_the_named_error(bool isFile)
    {
        Write("a.arrow", isFile, Batch(0), Batch(Rows));
        _folder.SurvivesMutations(_folder.File("a.arrow"), _folder.File("a.arrow"), "arrow", times: 300);
    }

    private static RecordBatch Batch(int first)
    {
        int[] all = [.. Enumerable.Range(first, Rows)];
        StringArray label = new StringArray.Builder().AppendRange(all.Select(i => i % 2 == 0 ? "cat" : "dog")).Build();
        StringArray note = new StringArray.Builder().AppendRange(all.Select(i => $"note {i}")).Build();
        var images = new BinaryArray.Builder();
        foreach (int i in all)
            images.Append(Photos.Png(3, 4, i).AsSpan());
        StringArray paths = new StringArray.Builder().AppendRange(all.Select(i => $"{i}.png")).Build();
        BooleanArray flag = new BooleanArray.Builder().AppendRange(all.Select(i => i % 2 == 1)).Build();
        UInt64Array id = new UInt64Array.Builder().AppendRange(all.Select(i => ulong.MaxValue - (ulong)i)).Build();
        FloatArray numbers = new FloatArray.Builder().AppendRange(Enumerable.Range(4 * first, 4 * Rows).Select(i => (float)i))
            .Build();
        var pair = new FixedSizeListType(new Field("item", FloatType.Default, nullable: false), 2);
        var square = new FixedSizeListType(new Field("item", pair, nullable: false), 2);
        var inner = new FixedSizeListArray(pair, 2 * Rows, numbers, ArrowBuffer.Empty, 0, 0);
        var depth = new FixedSizeListArray(square, Rows, inner, ArrowBuffer.Empty, 0, 0);
        var imageType = new StructType([
            new Field("bytes", BinaryType.Default, nullable: true),
            new Field("path", StringType.Default, nullable: true)
        ]);
        var image = new StructArray(imageType, Rows, [images.Build(), paths], ArrowBuffer.Empty, 0, 0);
        var schema = new Schema(
            [
                new Field("label", StringType.Default, nullable: false), new Field("depth", square, nullable: false),
                new Field("note", StringType.Default, nullable: false),
                new Field("image", imageType, nullable: false), new Field("flag", BooleanType.Default, nullable: false),
                new Field("id", UInt64Type.Default, nullable: false),
            ],
            null);
        return new RecordBatch(schema, [label, depth, note, image, flag, id], Rows);
    }

    private void Write(string name, bool isFile, params RecordBatch[] batches)
    {
        using FileStream stream = File.Create(_folder.File(name));
        using ArrowStreamWriter writer = isFile
            ? new ArrowFileWriter(stream, batches[0].Schema)
            : new ArrowStreamWriter(stream, batches[0].Schema);
        foreach (RecordBatch batch in batches)
            writer.WriteRecordBatch(batch);
        writer.WriteEnd();
    }
}
