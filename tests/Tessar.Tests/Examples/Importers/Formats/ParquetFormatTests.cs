// Tests run without a synchronization context.
#pragma warning disable MA0004
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Parquet;
using Parquet.Schema;
using Tessar.Examples;

namespace Tessar.Tests.Examples.Importers.Formats;

public sealed class ParquetFormatTests : IDisposable
{
    private const int Rows = 6;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Numbers_lists_text_bytes_and_pictures_become_columns()
    {
        await Write("train-00000-of-00001.parquet");
        using ExampleStore store = _folder.Import(_folder.Path);
        Assert.Equal(["image", "label", "depth", "note", "raw", "flag"], store.Manifest.Columns.Select(column => column.Name));
        Assert.Equal(["cat", "dog"], store.ClassNames);
        Assert.Equal("train", store.Splits.Single().Name);
        Assert.Equal([0, 1, 0, 1, 0, 1], Enumerable.Range(0, Rows).Select(i => ExampleSet.Parse(store, "train").Label(i)));
        Assert.Equal(Photos.Pixels(3, 4, 5), store.PixelsOf(5));
        Assert.Equal([8f, 9f], MemoryMarshal.Cast<byte, float>(store.Row(store.Column("depth"), 4)).ToArray());
        Assert.Equal("note 3", Encoding.UTF8.GetString(store.Value(store.Column("note"), 3)));
        Assert.Equal([3, 3], store.Value(store.Column("raw"), 3));
        Assert.Equal([0, 1], Enumerable.Range(0, 2).Select(i => (int)store.Row(store.Column("flag"), i)[0]));
        Assert.Equal(ulong.MaxValue - 2, store.IdOf(2));
    }

    [Fact]
    public async Task Missing_values_are_refused_or_filled()
    {
        var number = new DataField<double?>("z");
        await Write(
            "a.parquet", new ParquetSchema(number),
            async group => await group.WriteAsync<double>(number, new double?[] { 1.5, null, 3 }));
        FileFormatException error = _folder.Refusal<FileFormatException>(_folder.File("a.parquet"));
        Assert.Contains("`z` in row 1", error.Message, StringComparison.Ordinal);
        Assert.Equal([new Remedy(RemedyKind.ChangeArgument, "fill", "0")], error.Remedies);
        using ExampleStore store = _folder.Import(_folder.File("a.parquet"), new ImportOptions { Fill = -0.5 });
        Assert.Equal(-0.5, BinaryPrimitives.ReadDoubleLittleEndian(store.Row(store.Column("z"), 1)));
        Assert.Equal("-0.5", store.Manifest.Provenance.Settings["fill"]);
    }

    [Fact]
    public async Task Column_with_missing_values_is_left_out_unless_it_is_needed_or_filled()
    {
        var label = new DataField<int?>("label");
        var number = new DataField<double?>("z");
        await Write("a.parquet", new ParquetSchema(label, number), async group =>
        {
            await group.WriteAsync<int>(label, new int?[] { 1, 0 });
            await group.WriteAsync<double>(number, new double?[] { 1.5, null });
        });
        using ExampleStore store = _folder.Import(_folder.File("a.parquet"));
        Assert.Equal(
            ("label", "missing values"), (store.Manifest.Columns.Single().Name, store.Manifest.Provenance.Settings["unread.z"]));
        Assert.Contains(
            "`z` in row 1",
            _folder.Refusal<FileFormatException>(_folder.File("a.parquet"), new ImportOptions { Columns = ["z"] }).Message,
            StringComparison.Ordinal);
        using ExampleStore filled = _folder.Import(_folder.File("a.parquet"), new ImportOptions { Fill = 2 });
        Assert.Equal(["label", "z"], filled.Manifest.Columns.Select(column => column.Name));
        await Write("b.parquet", new ParquetSchema(label, number), async group =>
        {
            await group.WriteAsync<int>(label, new int?[] { 1, null });
            await group.WriteAsync<double>(number, new double?[] { 1.5, 2 });
        });
        Assert.Contains(
            "`label` in row 1", _folder.Refusal<FileFormatException>(_folder.File("b.parquet")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_that_cannot_be_stored_are_left_out_unless_they_are_asked_for()
    {
        var number = new DataField<int>("label", false);
        var list = new ListField("tags", new DataField<int>("element"));
        var date = new DataField<DateTime>("when");
        await Write("a.parquet", new ParquetSchema(number, list, date), async group =>
        {
            await group.WriteAsync<int>(number, new[] { 1, 0 });
            await group.WriteAllPartsAsync<int>(
                (DataField)list.Item, new[] { 1, 2, 3, 4, 5 }, new[] { 2, 2, 2, 2, 2 }, new[] { 0, 1, 0, 1, 1 }, default);
            await group.WriteAsync<DateTime>(date, new[] { DateTime.UnixEpoch, DateTime.UnixEpoch });
        });
        using ExampleStore store = _folder.Import(_folder.File("a.parquet"));
        Assert.Equal(["label"], store.Manifest.Columns.Select(column => column.Name));
        IReadOnlyDictionary<string, string> settings = store.Manifest.Provenance.Settings;
        Assert.Equal(("lists of varying length", "times"), (settings["unread.tags"], settings["unread.when"]));
        foreach ((
            string name,
            string what) in (ReadOnlySpan<(string, string)>)[
                ("tags", "`tags` (lists of varying length)"),
                ("when", "`when` (times)")
            ])
        {
            Assert.Contains(
                what, _folder.Refusal<TessarException>(_folder.File("a.parquet"), new ImportOptions { Label = name }).Message,
                StringComparison.Ordinal);
            Assert.Contains(
                what, _folder.Refusal<TessarException>(_folder.File("a.parquet"), new ImportOptions { Columns = [name] }).Message,
                StringComparison.Ordinal);
        }

        using ExampleStore asked = _folder.Import(_folder.File("a.parquet"), new ImportOptions { Columns = ["label"] });
        Assert.DoesNotContain(asked.Manifest.Provenance.Settings.Keys, key => key.StartsWith("unread", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Other_columns_alone_are_refused_by_name()
    {
        var date = new DataField<DateTime>("when");
        await Write(
            "a.parquet", new ParquetSchema(date),
            async group => await group.WriteAsync<DateTime>(date, new[] { DateTime.UnixEpoch }));
        Assert.Contains(
            "`when`", _folder.Refusal<FileFormatException>(_folder.File("a.parquet")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Column_that_one_file_cannot_give_is_left_out_of_all()
    {
        foreach ((
            string name, int[] levels) in ((string, int[])[])[("train.parquet", [0, 1, 0, 1]), ("test.parquet", [0, 1, 1, 0])])
        {
            var number = new DataField<int>("label", false);
            var list = new ListField("tags", new DataField<int>("element"));
            await Write(name, new ParquetSchema(number, list), async group =>
            {
                await group.WriteAsync<int>(number, new[] { 1, 0 });
                await group.WriteAllPartsAsync<int>(
                    (DataField)list.Item, new[] { 1, 2, 3, 4 }, new[] { 2, 2, 2, 2 }, levels, default);
            });
        }

        using ExampleStore store = _folder.Import(_folder.Path);
        Assert.Equal((4L, "label"), (store.Count, store.Manifest.Columns.Single().Name));
    }

    [Fact]
    public async Task Class_names_of_the_metadata_are_kept()
    {
        const string Names =
            """{"info":{"features":{"label":{"names":["ox","cat"],"_type":"ClassLabel"},"z":{"dtype":"int32","_type":"Value"}}}}""";
        await WriteLabels("train.parquet", Names, 1, 0);
        using ExampleStore store = _folder.Import(_folder.File("train.parquet"));
        Assert.Equal(["ox", "cat"], store.ClassNames);
        Assert.Equal([1, 0], Enumerable.Range(0, 2).Select(i => ExampleSet.Parse(store, "train").Label(i)));
        await WriteLabels("test.parquet", Names.Replace("\"ox\",\"cat\"", "\"cat\",\"ox\"", StringComparison.Ordinal), 1, 0);
        Assert.Contains("the classes", _folder.Refusal<FileFormatException>(_folder.Path).Message, StringComparison.Ordinal);
        await WriteLabels("test.parquet", Names, 1, 2);
        Assert.Contains(
            "labels from 0 to 1, found 2", _folder.Refusal<FileFormatException>(_folder.Path).Message, StringComparison.Ordinal);
        foreach (string other in (string[])[
            "{}",
            "[]",
            "{\"info\":3}",
            "{\"info\":{\"features\":{\"label\":{\"names\":[],\"_type\":\"ClassLabel\"}}}}"
        ])
        {
            await WriteLabels("train.parquet", other, 1, 0);
            using ExampleStore plain = _folder.Import(_folder.File("train.parquet"));
            Assert.Equal(["0", "1"], plain.ClassNames);
        }

        foreach (string wrong in (string[])[
            "{",
            "{\"info\":{\"features\":{\"label\":{\"names\":[3],\"_type\":\"ClassLabel\"}}}}"
        ])
        {
            await WriteLabels("train.parquet", wrong, 1, 0);
            Assert.Contains(
                "huggingface", _folder.Refusal<FileFormatException>(_folder.File("train.parquet")).Message,
                StringComparison.Ordinal);
        }

        async Task WriteLabels(string name, string metadata, params int[] labels)
        {
            var number = new DataField<int>("label", false);
            await Write(name, new ParquetSchema(number), async group => await group.WriteAsync<int>(number, labels), metadata);
        }
    }

    [Fact]
    public void Flipped_bits_of_pages_with_checksums_are_refused()
    {
        byte[] file = ParquetBytes.Column("label", [1, 0, 2], hasChecksum: true, out int start, out int end);
        File.WriteAllBytes(_folder.File("a.parquet"), file);
        int refused = _folder.SurvivesFlips(
            _folder.File("a.parquet"), _folder.File("a.parquet"), new ImportOptions { Format = "parquet" },
            bit => bit / 8 >= start && bit / 8 < end);
        Assert.Equal(8 * (end - start), refused);
        using ExampleStore store = _folder.Import(_folder.File("a.parquet"));
        Assert.Equal([1, 0, 2], Enumerable.Range(0, 3).Select(i => ExampleSet.Parse(store, "train").Label(i)));
        File.WriteAllBytes(_folder.File("b.parquet"), ParquetBytes.Column("label", [1, 0, 2], hasChecksum: false, out _, out _));
        using ExampleStore plain = _folder.Import(_folder.File("b.parquet"));
        Assert.Equal(3, plain.Count);
    }

    [Fact]
    public async Task Content_decides_before_the_name()
    {
        await Write("train_idx.parquet");
        File.Move(_folder.File("train_idx.parquet"), _folder.File("train-images-idx3-ubyte"));
        foreach (string name in (string[])["train-images-idx3-ubyte", "a.npz", "b.tar", "c.arrow"])
        {
            if (name[0] != 't')
                File.Copy(_folder.File("train-images-idx3-ubyte"), _folder.File(name));
            Assert.Equal("parquet", Importer.Detect(_folder.File(name)));
        }
    }

    [Fact]
    public async Task Several_row_groups_and_files_follow_one_another()
    {
        var number = new DataField<int>("label", false);
        foreach (int file in (int[])[0, 1])
        {
            using FileStream stream = File.Create(_folder.File($"test-0000{file}-of-00002.parquet"));
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(
                new ParquetSchema(number), stream, cancellationToken: TestContext.Current.CancellationToken);
            foreach (int group in (int[])[0, 1])
            {
                using ParquetRowGroupWriter rows = writer.CreateRowGroup();
                await rows.WriteAsync<int>(
                    number, new[] { (4 * file) + (2 * group), (4 * file) + (2 * group) + 1 },
                    cancellationToken: TestContext.Current.CancellationToken);
            }
        }

        using ExampleStore store = _folder.Import(_folder.Path);
        Assert.Equal(Enumerable.Range(0, 8), Enumerable.Range(0, 8).Select(i => ExampleSet.Parse(store, "test").Label(i)));
    }

    [Fact]
    public async Task Damaged_files_end_with_the_named_error()
    {
        await Write("a.parquet");
        _folder.SurvivesMutations(_folder.File("a.parquet"), _folder.File("a.parquet"), "parquet", times: 400);
    }

    private async Task Write(string name)
    {
        var label = new DataField<string>("label");
        var depth = new ListField("depth", new DataField<float>("element"));
        var note = new DataField<string>("note");
        var raw = new DataField<byte[]>("raw");
        var image = new StructField("image", new DataField<byte[]>("bytes"), new DataField<string>("path"));
        var flag = new DataField<bool>("flag", false);
        var id = new DataField<ulong>("id", false);
        int[] all = [.. Enumerable.Range(0, Rows)];
        var schema = new ParquetSchema(label, depth, note, raw, image, flag, id);
        await Write(name, schema, async group =>
        {
            DataField[] fields = schema.GetDataFields();
            await group.WriteAsync(label, all.Select(i => i % 2 == 0 ? "cat" : "dog").ToArray());
            int level = fields[1].MaxDefinitionLevel;
            await group.WriteAllPartsAsync<float>(
                fields[1], Enumerable.Range(0, 2 * Rows).Select(i => (float)i).ToArray(),
                Enumerable.Repeat(level, 2 * Rows).ToArray(),
                Enumerable.Range(0, 2 * Rows).Select(i => i % 2).ToArray(), default);
            await group.WriteAsync(note, all.Select(i => $"note {i}").ToArray());
            await group.WriteAsync(raw, all.Select(i => Enumerable.Repeat((byte)i, i - 1 < 0 ? 0 : i - 1).ToArray()).ToArray());
            await group.WriteAsync(fields[4], all.Select(i => Photos.Png(3, 4, i)).ToArray());
            await group.WriteAsync(fields[5], all.Select(i => $"{i}.png").ToArray());
            await group.WriteAsync<bool>(flag, all.Select(i => i % 2 == 1).ToArray());
            await group.WriteAsync<ulong>(id, all.Select(i => ulong.MaxValue - (ulong)i).ToArray());
        });
    }

    private async Task Write(string name, ParquetSchema schema, Func<ParquetRowGroupWriter, Task> rows, string? features = null)
    {
        using FileStream stream = File.Create(_folder.File(name));
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(
            schema, stream, cancellationToken: TestContext.Current.CancellationToken);
        if (features is not null)
            writer.CustomMetadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["huggingface"] = features };
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await rows(group);
    }
}
