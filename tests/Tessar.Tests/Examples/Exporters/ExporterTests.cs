using System.Text;
using Tessar.Examples;
using Tessar.Tensors;
using Tessar.Tests.Examples.Importers;

namespace Tessar.Tests.Examples.Exporters;

public sealed class ExporterTests : IDisposable
{
    private const int Train = 7, Test = 3;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("webdataset", false, false, true)]
    [InlineData("webdataset", true, true, true)]
    [InlineData("webdataset", true, false, true)]
    [InlineData("parquet", false, false, true)]
    [InlineData("parquet", true, true, true)]
    [InlineData("safetensors", false, false, false)]
    [InlineData("safetensors", true, false, false)]
    public void Export_and_import_give_the_same_rows_labels_ids_and_classes(
        string format, bool hasIds, bool isRagged, bool hasText)
    {
        using ExampleStore store = Make(hasIds, isRagged, hasText);
        IReadOnlyList<string> files = Exporter.Export(
            store, format, _folder.File("there"), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(["train", "test"], files.Select(Path.GetFileNameWithoutExtension));
        Assert.Equal(format, Importer.Detect(_folder.File("there")));
        using ExampleStore back = _folder.Import(_folder.File("there"));
        AssertSame(store, back);
    }

    [Fact]
    public void Shards_begin_where_the_size_is_reached_and_join_again()
    {
        using ExampleStore store = Make(hasIds: false, isRagged: true, hasText: true);
        IReadOnlyList<string> files = Exporter.Export(
            store, "webdataset", _folder.File("there"), new ExportOptions { ShardBytes = 8000 },
            cancellation: TestContext.Current.CancellationToken);
        Assert.InRange(files.Count, 4, 9);
        Assert.Equal("train-000000.tar", Path.GetFileName(files[0]));
        using ExampleStore back = _folder.Import(_folder.File("there"));
        AssertSame(store, back);
    }

    [Fact]
    public void One_split_can_be_one_file()
    {
        using ExampleStore store = Make(hasIds: false, isRagged: false, hasText: true);
        var only = new ExportOptions { Split = "test" };
        string file = Assert.Single(Exporter.Export(
            store, "parquet", _folder.File("a.parquet"), only, cancellation: TestContext.Current.CancellationToken));
        using ExampleStore back = _folder.Import(file);
        Assert.Equal(("test", (long)Test), (back.Splits.Single().Name, back.Count));
        Assert.Contains("exists already", Refuse(store, "parquet", "a.parquet", only).Message, StringComparison.Ordinal);
        Exporter.Export(
            store, "parquet", _folder.File("a.parquet"), only with { Replace = true },
            cancellation: TestContext.Current.CancellationToken);
        Assert.Contains("splits train, test", Refuse(store, "parquet", "b.parquet", null).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_format_cannot_hold_is_named_and_nothing_is_left()
    {
        using ExampleStore text = Make(hasIds: false, isRagged: false, hasText: true);
        Assert.Contains("`raw`", Refuse(text, "safetensors", "there", null).Message, StringComparison.Ordinal);
        using ExampleStore ragged = Make(hasIds: false, isRagged: true, hasText: false);
        Assert.Contains("sizes of their own", Refuse(ragged, "safetensors", "there", null).Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean `parquet`", Refuse(text, "parqet", "there", null).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Exporter.Export(
            text, "parquet", _folder.File("there"), new ExportOptions { ShardBytes = 10 },
            cancellation: TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(_folder.File("there")) && Directory.GetFiles(_folder.File("there")).Length > 0);
    }

    [Theory]
    [InlineData("webdataset")]
    [InlineData("parquet")]
    public void Canceled_export_leaves_no_file(string format)
    {
        using ExampleStore store = Make(hasIds: false, isRagged: false, hasText: true);
        using var source = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Exporter.Export(store, format, _folder.File("there"), null, new Cancel(source), source.Token));
        Assert.Empty(Directory.GetFiles(_folder.File("there")));
    }

    private TessarException Refuse(ExampleStore store, string format, string path, ExportOptions? options) =>
        Assert.Throws<TessarException>(() =>
        Exporter.Export(store, format, _folder.File(path), options, cancellation: TestContext.Current.CancellationToken));

    private static void AssertSame(ExampleStore expected, ExampleStore actual)
    {
        Assert.Equal(expected.Splits, actual.Splits);
        Assert.Equal(expected.ClassNames, actual.ClassNames);
        Assert.Equal(
            expected.Manifest.Columns.Select(column => column.Name).Order(),
            actual.Manifest.Columns.Select(column => column.Name).Order());
        foreach (StoreColumn column in expected.Manifest.Columns)
        {
            StoreColumn other = actual.Column(column.Name);
            Assert.Equal((column.Kind, column.Type), (other.Kind, other.Type));
            if (column.Kind == ColumnKind.Tensor)
                Assert.Equal(column.Shape, other.Shape);
            for (long row = 0; row < expected.Count; row++)
            {
                Assert.Equal(expected.Value(column, row), actual.Value(other, row));
                Assert.Equal(expected.IdOf(row), actual.IdOf(row));
            }
        }
    }

    private ExampleStore Make(bool hasIds, bool isRagged, bool hasText)
    {
        string path = _folder.File($"{Guid.NewGuid():N}.tess");
        StoreColumn[] text = hasText ? [StoreColumn.Bytes("raw"), StoreColumn.Text("Note"), StoreColumn.Json("meta")] : [];
        using (var writer = ExampleStoreWriter.Create(path, new StoreLayout
        {
            Columns =
            [
                isRagged ? StoreColumn.RaggedImage("image") : StoreColumn.Image("image", new ImageShape(3, 4, 3)),
                StoreColumn.Scalar("label", ElementType.I32), StoreColumn.Tensor("box", ElementType.F32, 2, 3),
                StoreColumn.Scalar("score", ElementType.F64), StoreColumn.Scalar("flag", ElementType.U8),
                StoreColumn.Scalar("count", ElementType.I64), .. text,
            ],
            Splits = [new StoreSplit("train", 0, Train), new StoreSplit("test", 0, Test)],
            Classes = ["ant", "bee", "été"],
            HasIds = hasIds,
            PageSize = 65536,
        }))
        {
            for (int i = 0; i < Train + Test; i++)
                writer.Append(Row(i, isRagged, hasText), hasIds ? ulong.MaxValue - (ulong)i : null);
            writer.Finish();
        }

        return ExampleStore.Open(path);
    }

    private static StoreValue[] Row(int i, bool isRagged, bool hasText)
    {
        StoreValue image = !isRagged ? StoreValue.Bytes(Photos.Pixels(3, 4, i))
            : (i % 3) switch
            {
                0 => StoreValue.Image(ImageCodec.Raw, new ImageShape(2, 2 + i, 3), Photos.Pixels(2, 2 + i, i)),
                1 => StoreValue.Image(ImageCodec.Png, new ImageShape(3, 4, 3), Photos.Png(3, 4, i)),
                _ => StoreValue.Image(ImageCodec.Jpeg, new ImageShape(8, 9, 3), Photos.Jpeg(8, 9, i)),
            };
        StoreValue[] numbers =
        [
            image, StoreValue.Bytes(Npy.Bytes(i % 3)),
            StoreValue.Bytes(Npy.Bytes([.. Enumerable.Range(i, 6).Select(n => n / 4f)])),
            StoreValue.Bytes(Npy.Bytes(i * 0.1)), StoreValue.Bytes(new byte[] { (byte)(i % 2) }),
            StoreValue.Bytes(Npy.Bytes(i * -5_000_000_000L)),
        ];
        return !hasText ? numbers :
        [
            .. numbers, StoreValue.Bytes(Npy.Ramp(i)), StoreValue.Bytes(Encoding.UTF8.GetBytes($"nötig {i}")),
            StoreValue.Bytes(Encoding.UTF8.GetBytes($$"""{"n":{{i}}}""")),
        ];
    }

    private sealed class Cancel(CancellationTokenSource source) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            source.Cancel();
            source.Token.ThrowIfCancellationRequested();
        }
    }
}
