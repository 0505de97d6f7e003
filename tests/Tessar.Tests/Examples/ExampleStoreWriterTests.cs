using System.Buffers.Binary;
using CsCheck;
using Tessar.Examples;
using Tessar.Tensors;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Examples;

public sealed class ExampleStoreWriterTests
{
    [Fact]
    public void Same_rows_give_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("a.tess"), 3000, 50);
        TestStores.Write(folder.File("b.tess"), 3000, 50);
        Assert.Equal(File.ReadAllBytes(folder.File("a.tess")), File.ReadAllBytes(folder.File("b.tess")));
    }

    [Fact]
    public void Every_kind_of_column_comes_back() => Gen.Select(
        Gen.Int[0, 40], Gen.Int[1, 5], Gen.Int[1, 5], Gen.Int[1, 4], Gen.ULong).Sample(
        (rows, height, width, channels, seed) =>
        {
            using var folder = new TemporaryFolder();
            StoreColumn[] columns =
            [
                StoreColumn.Scalar("u8", ElementType.U8), StoreColumn.Image("image", new ImageShape(height, width, channels)),
                StoreColumn.Scalar("i64", ElementType.I64), StoreColumn.Tensor("f32", ElementType.F32, height, 2),
                StoreColumn.Scalar("f64", ElementType.F64), StoreColumn.Tensor("i32", ElementType.I32, width),
            ];
            int rowBytes = columns.Sum(column => column.Stride);
            byte[][] content = [.. Enumerable.Range(0, rows).Select(row => FiniteRow(columns, seed, row))];
            var layout = new StoreLayout { Columns = columns, Splits = [new StoreSplit("all", 0, rows)] };
            using (var writer = ExampleStoreWriter.Create(folder.File("a.tess"), layout))
            {
                foreach (byte[] row in content)
                    writer.Append(row);
                writer.Finish();
            }

            using var store = ExampleStore.Open(folder.File("a.tess"));
            store.VerifyAll();
            for (int row = 0; row < rows; row++)
            {
                byte[] read = [.. store.Manifest.Columns.SelectMany(column => store.Row(column, row).ToArray())];
                Assert.Equal(content[row], read);
            }
        },
        iter: 60);

    [Fact]
    public void Statistics_equal_those_computed_from_the_values()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder, 100, 20);
        StoreColumn image = store.Column("image");
        foreach ((
            string split, int first, int count) in ((string, int, int)[])[("train", 0, 100), ("test", 100, 20), ("", 0, 120)])
        {
            ColumnStatistics statistics = split.Length > 0 ? image.SplitStatistics[split] : image.Statistics!;
            for (int channel = 0; channel < 2; channel++)
            {
                double[] values = [.. Enumerable.Range(first, count).SelectMany(
                    row => TestStores.Row(row)[..24].Where((_, i) => i % 2 == channel).Select(x => x / 255.0))];
                double mean = values.Average();
                Assert.Equal(mean, statistics.Mean[channel], 14);
                Assert.Equal(Math.Sqrt(values.Average(x => (x - mean) * (x - mean))), statistics.Std[channel], 14);
                Assert.Equal(values.Min(), statistics.Min[channel]);
                Assert.Equal(values.Max(), statistics.Max[channel]);
            }
        }

        Assert.Equal([34L, 33, 33], store.Column("label").SplitStatistics["train"].ClassCounts!);
        Assert.Equal([40L, 40, 40], store.Column("label").Statistics!.ClassCounts!);
        Assert.Null(image.Statistics!.ClassCounts);
    }

    [Fact]
    public void Statistics_of_real_numbers_survive_a_large_offset()
    {
        // Values 1e9 + {0, 1, 2}: the naive mean of squares would lose the variance 2/3 altogether.
        using var folder = new TemporaryFolder();
        var layout = new StoreLayout
        {
            Columns = [StoreColumn.Scalar("x", ElementType.F64)],
            Splits = [new StoreSplit("a", 0, 200), new StoreSplit("b", 0, 100)],
        };
        using (var writer = ExampleStoreWriter.Create(folder.File("a.tess"), layout))
        {
            for (int row = 0; row < 300; row++)
                writer.Append(BitConverter.GetBytes(1e9 + (row % 3)));
            writer.Finish();
        }

        using var store = ExampleStore.Open(folder.File("a.tess"));
        ColumnStatistics statistics = store.Column("x").Statistics!;
        Assert.Equal(1e9 + 1, statistics.Mean[0], 1e-6);
        Assert.Equal(Math.Sqrt(2.0 / 3), statistics.Std[0], 1e-8);
        Assert.Equal((1e9, 1e9 + 2), (statistics.Min[0], statistics.Max[0]));
    }

    [Fact]
    public void Wrong_rows_are_refused_and_leave_no_file()
    {
        using var folder = new TemporaryFolder();
        Refuse("Row 1 has 27 bytes, but the columns have 28", writer => writer.Append(new byte[27]));
        Refuse("Row 1 has an id", writer => writer.Append(TestStores.Row(0), 7));
        byte[] wrongLabel = TestStores.Row(0);
        wrongLabel[24] = 3;
        Refuse("Row 1 has label 3, but the classes are 0 to 2", writer => writer.Append(wrongLabel));
        wrongLabel[27] = 0xFF;
        Refuse("Row 1 has label -16777213", writer => writer.Append(wrongLabel));
        Assert.Empty(Directory.GetFiles(folder.Path));

        void Refuse(string message, Action<ExampleStoreWriter> act)
        {
            using var writer = ExampleStoreWriter.Create(folder.File("a.tess"), TestStores.Layout(3, 0));
            writer.Append(TestStores.Row(0));
            Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => act(writer)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_refused()
    {
        using var folder = new TemporaryFolder();
        var layout = new StoreLayout
        {
            Columns = [StoreColumn.Tensor("x", ElementType.F32, 2)],
            Splits = [new StoreSplit("a", 0, 1)]
        };
        using var writer = ExampleStoreWriter.Create(folder.File("a.tess"), layout);
        byte[] row = [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(float.NaN)];
        Assert.Contains(
            "Row 0 of column `x` holds NaN", Assert.Throws<ArgumentException>(() => writer.Append(row)).Message,
            StringComparison.Ordinal);

        // The row is half written: nothing may follow, and nothing may be finished.
        Assert.Throws<InvalidOperationException>(() => writer.Append(new byte[8]));
        Assert.Throws<InvalidOperationException>(() => writer.Finish());
    }

    [Fact]
    public void Missing_and_surplus_rows_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var writer = ExampleStoreWriter.Create(folder.File("a.tess"), TestStores.Layout(1, 1));
        writer.Append(TestStores.Row(0));
        Assert.Contains(
            "1 of 2 rows", Assert.Throws<InvalidOperationException>(() => writer.Finish()).Message, StringComparison.Ordinal);
        writer.Append(TestStores.Row(1));
        Assert.Throws<InvalidOperationException>(() => writer.Append(TestStores.Row(2)));
        Assert.Equal(64, writer.Finish().Length);
    }

    [Fact]
    public void Layouts_that_contradict_themselves_are_refused_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();
        StoreLayout good = TestStores.Layout(1, 1);
        StoreColumn label = good.Columns[1];
        (StoreLayout Layout, string Message)[] cases =
        [
            (good with { Columns = [] }, "no column"),
            (good with { Columns = [label, label] }, "column `label` twice"),
            (good with { Classes = [] }, "`label` without classes"),
            (good with { Classes = ["a", "a"] }, "class `a` twice"),
            (good with { Columns = [StoreColumn.Scalar("label", ElementType.I64)] }, "`label` that isn't an I32 scalar"),
            (good with { Columns = [StoreColumn.Scalar("image", ElementType.U8)] }, "`image` that isn't of kind image"),
            (good with { Columns = [StoreColumn.Scalar("x", ElementType.F16)] }, "`x` of F16"),
            (good with { Columns = [StoreColumn.Image("x", new ImageShape(1, 1, 5))] }, "[1, 1, 5]"),
            (good with { Columns = [StoreColumn.Image("x", new ImageShape(0, 1, 1))] }, "below 1"),
            (good with { Splits = [new StoreSplit("a:b", 0, 1)] }, "`a:b`"),
            (good with { Splits = [new StoreSplit("a", 0, -1)] }, "-1 rows"),
            (good with { PageSize = 65537 }, "65537"),
        ];
        foreach ((StoreLayout layout, string message) in cases)
        {
            ArgumentException error = Assert.Throws<ArgumentException>(() =>
                ExampleStoreWriter.Create(folder.File("a.tess"), layout));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("rows")]
    [InlineData("checksums")]
    public void Killed_writer_leaves_the_old_store_and_its_rest_is_removed_by_the_next_writer(string when)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tess");
        string old = TestStores.Write(path, 10, 5);
        using (ChildProcess child = ChildProcess.Start("write a store and wait", path, when))
        {
            child.WaitFor("waiting");
            child.Kill();
        }

        string rest = Assert.Single(Directory.GetFiles(folder.Path), file => file != path);
        Assert.Throws<FileFormatException>(() => ExampleStore.Open(rest));
        using (var store = ExampleStore.Open(path))
        {
            Assert.Equal(old, store.Identity);
            store.VerifyAll();
        }

        TestStores.Write(path, 20_000, 5);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Two_processes_that_write_one_store_both_succeed()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tess");
        using ChildProcess first = ChildProcess.Start("write a store", path);
        using ChildProcess second = ChildProcess.Start("write a store", path);
        ChildResult[] results = [first.WaitForEnd(), second.WaitForEnd()];
        Assert.All(results, result => Assert.Equal(("", 0), (result.Error, result.ExitCode)));
        using var store = ExampleStore.Open(path);
        store.VerifyAll();
        Assert.All(results, result => Assert.Equal(store.Identity, result.Output.Trim()));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData(1_000_000, "at creation: the data alone have 28 MB")]
    [InlineData(37_200, "while finishing: the data fill the disk, the checksums don't fit")]
    public void Full_disk_is_an_environment_error_that_leaves_no_file(int rows, string when)
    {
        using FullDisk? disk = FullDisk.TryMount(1 << 20);
        if (disk is null)
        {
            // Without the right to mount, the always-full device stands in (AtomicFileTests has it in full).
            Assert.Throws<IOException>(FullDisk.Fill);
            return;
        }

        TessarException error = Assert.Throws<TessarException>(() =>
            TestStores.Write(Path.Combine(disk.Path, "a.tess"), rows, 0));
        Assert.True(
            error.Kind == ErrorKind.Environment && error.Message.Contains("disk is full", StringComparison.Ordinal),
            $"{when}: {error}");
        Assert.Empty(Directory.GetFiles(disk.Path));
    }

    [Scenario("write a store")]
    private static void WriteStore(string[] arguments) => Console.WriteLine(TestStores.Write(arguments[0], 50_000, 5));

    [Scenario("write a store and wait")]
    private static void WriteStoreAndWait(string[] arguments)
    {
        // More than a chunk of the column, so that rows have reached the file.
        using var writer = ExampleStoreWriter.Create(arguments[0], TestStores.Layout(60_000, 0));
        for (long row = 0; row < (arguments[1] == "rows" ? 50_000 : 60_000); row++)
            writer.Append(TestStores.Row(row));
        if (arguments[1] == "checksums")
            writer.WriteAllButHeader(new StoreProvenance("arrays", [], new Dictionary<string, string>()));
        Console.WriteLine("waiting");
        Console.ReadLine();
    }

    private static byte[] FiniteRow(StoreColumn[] columns, ulong seed, int row)
    {
        var random = new RandomStream(seed, "row", row);
        var bytes = new List<byte>();
        foreach (StoreColumn column in columns)
        {
            int size = ElementTypes.SizeOf(column.Type);
            for (int i = 0; i < column.Stride / size; i++)
            {
                byte[] value = new byte[8];
                if (column.Type == ElementType.F32)
                    BinaryPrimitives.WriteSingleLittleEndian(value, random.NextSingle() - 0.5f);
                else if (column.Type == ElementType.F64)
                    BinaryPrimitives.WriteDoubleLittleEndian(value, random.NextDouble() * 1e100);
                else
                    BinaryPrimitives.WriteUInt64LittleEndian(value, random.NextUInt64());
                bytes.AddRange(value[..size]);
            }
        }

        return [.. bytes];
    }
}
