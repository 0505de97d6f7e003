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
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Numbers_lists_text_bytes_and_pictures_become_columns()
    {
        await Write("train-00000-of-00001.parquet");
        using ExampleStore store = folder.Import(folder.Path);
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
        await Write("a.parquet", new ParquetSchema(number), async group => await group.WriteAsync<double>(number, new double?[] { 1.5, null, 3 }));
        FileFormatException error = folder.Refusal<FileFormatException>(folder.File("a.parquet"));
        Assert.Contains("`z` in row 1", error.Message, StringComparison.Ordinal);
        Assert.Equal([new Remedy(RemedyKind.ChangeArgument, "fill", "0")], error.Remedies);
        using ExampleStore store = folder.Import(folder.File("a.parquet"), new ImportOptions { Fill = -0.5 });
        Assert.Equal(-0.5, BinaryPrimitives.ReadDoubleLittleEndian(store.Row(store.Column("z"), 1)));
        Assert.Equal("-0.5", store.Manifest.Provenance.Settings["fill"]);
    }

    [Fact]
    public async Task Lists_of_varying_length_are_refused()
    {
        var list = new ListField("l", new DataField<int>("element"));
        await Write("a.parquet", new ParquetSchema(list), async group =>
            await group.WriteAllPartsAsync<int>((DataField)list.Item, new[] { 1, 2, 3, 4, 5 }, new[] { 2, 2, 2, 2, 2 }, new[] { 0, 1, 0, 1, 1 }, default));
        Assert.Contains("lists of 2 numbers", folder.Refusal<FileFormatException>(folder.File("a.parquet")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_columns_are_refused_by_name()
    {
        var date = new DataField<DateTime>("when");
        await Write("a.parquet", new ParquetSchema(date), async group => await group.WriteAsync<DateTime>(date, new[] { DateTime.UnixEpoch }));
        Assert.Contains("`when`", folder.Refusal<FileFormatException>(folder.File("a.parquet")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_row_groups_and_files_follow_one_another()
    {
        var number = new DataField<int>("label", false);
        foreach (int file in (int[])[0, 1])
        {
            using FileStream stream = File.Create(folder.File($"test-0000{file}-of-00002.parquet"));
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(number), stream, cancellationToken: TestContext.Current.CancellationToken);
            foreach (int group in (int[])[0, 1])
            {
                using ParquetRowGroupWriter rows = writer.CreateRowGroup();
                await rows.WriteAsync<int>(number, new[] { (4 * file) + (2 * group), (4 * file) + (2 * group) + 1 }, cancellationToken: TestContext.Current.CancellationToken);
            }
        }

        using ExampleStore store = folder.Import(folder.Path);
        Assert.Equal(Enumerable.Range(0, 8), Enumerable.Range(0, 8).Select(i => ExampleSet.Parse(store, "test").Label(i)));
    }

    [Fact]
    public async Task Damaged_files_end_with_the_named_error()
    {
        await Write("a.parquet");
        folder.SurvivesMutations(folder.File("a.parquet"), folder.File("a.parquet"), "parquet", times: 400);
    }

    private async Task Write(string name)
    {
        var label = new DataField<string>("label");
        var depth = new ListField("depth", new DataField<float>("element"));
        var note = new DataField<string>("note");
        var raw = new DataField<byte[]>("raw");
        var picture = new StructField("image", new DataField<byte[]>("bytes"), new DataField<string>("path"));
        var flag = new DataField<bool>("flag", false);
        var id = new DataField<ulong>("id", false);
        int[] all = [.. Enumerable.Range(0, Rows)];
        var schema = new ParquetSchema(label, depth, note, raw, picture, flag, id);
        await Write(name, schema, async group =>
        {
            DataField[] fields = schema.GetDataFields();
            await group.WriteAsync(label, all.Select(i => i % 2 == 0 ? "cat" : "dog").ToArray());
            int level = fields[1].MaxDefinitionLevel;
            await group.WriteAllPartsAsync<float>(
                fields[1], Enumerable.Range(0, 2 * Rows).Select(i => (float)i).ToArray(), Enumerable.Repeat(level, 2 * Rows).ToArray(),
                Enumerable.Range(0, 2 * Rows).Select(i => i % 2).ToArray(), default);
            await group.WriteAsync(note, all.Select(i => $"note {i}").ToArray());
            await group.WriteAsync(raw, all.Select(i => Enumerable.Repeat((byte)i, i - 1 < 0 ? 0 : i - 1).ToArray()).ToArray());
            await group.WriteAsync(fields[4], all.Select(i => Photos.Png(3, 4, i)).ToArray());
            await group.WriteAsync(fields[5], all.Select(i => $"{i}.png").ToArray());
            await group.WriteAsync<bool>(flag, all.Select(i => i % 2 == 1).ToArray());
            await group.WriteAsync<ulong>(id, all.Select(i => ulong.MaxValue - (ulong)i).ToArray());
        });
    }

    private async Task Write(string name, ParquetSchema schema, Func<ParquetRowGroupWriter, Task> rows)
    {
        using FileStream stream = File.Create(folder.File(name));
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream, cancellationToken: TestContext.Current.CancellationToken);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await rows(group);
    }
}
