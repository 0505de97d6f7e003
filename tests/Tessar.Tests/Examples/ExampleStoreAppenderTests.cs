using Tessar.Examples;

namespace Tessar.Tests.Examples;

public sealed class ExampleStoreAppenderTests
{
    [Fact]
    public void Rows_of_a_split_run_through_the_segments_and_ids_stay()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tess");
        TestStores.Write(path, 10, 5);
        byte[] before = File.ReadAllBytes(path);
        string first = Append(path, [("train", 4)], 15);
        string second = Append(path, [("test", 2), ("extra", 3)], 19);
        using var store = ExampleStore.Open(path);
        store.VerifyAll();
        Assert.Equal(second, store.Identity);
        Assert.NotEqual(first, second);
        Assert.Equal(
            [new StoreSplit("train", 0, 14), new StoreSplit("test", 14, 7), new StoreSplit("extra", 21, 3)], store.Splits);

        // Each row was made from the number that became its id.
        long[] ids = [.. Rows(0, 10), .. Rows(15, 4), .. Rows(10, 5), .. Rows(19, 2), .. Rows(21, 3)];
        Assert.Equal(ids.Length, store.Count);
        for (int row = 0; row < ids.Length; row++)
        {
            Assert.Equal((ulong)ids[row], store.IdOf(row));
            Assert.Equal(TestStores.Row(ids[row])[..24], store.Row(store.Column("image"), row).ToArray());
            Assert.Equal((int)(ids[row] % 3), store.StoredLabel(row));
        }

        Assert.Contains(Directory.GetFiles(folder.Path), file => File.ReadAllBytes(file).SequenceEqual(before));
        Assert.Equal(4, Directory.GetFiles(folder.Path).Length);

        static IEnumerable<long> Rows(long start, int count) => Enumerable.Range(0, count).Select(i => start + i);
    }

    [Fact]
    public void Reader_of_the_old_store_keeps_it()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tess");
        string old = TestStores.Write(path, 10, 5);
        using var store = ExampleStore.Open(path);
        Append(path, [("train", 4)], 15);
        Assert.Equal((old, 15), (store.Identity, store.Count));
        store.VerifyAll();
    }

    [Fact]
    public void Statistics_are_those_of_all_rows()
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("whole.tess"), 14, 0);
        TestStores.Write(folder.File("a.tess"), 10, 0);
        Append(folder.File("a.tess"), [("train", 4)], 10);
        using var whole = ExampleStore.Open(folder.File("whole.tess"));
        using var appended = ExampleStore.Open(folder.File("a.tess"));
        foreach (string column in (string[])["image", "label"])
        {
            ColumnStatistics expected = whole.Column(column).SplitStatistics["train"], found =
                appended.Column(column).SplitStatistics["train"];
            Assert.Equal(expected.Min, found.Min);
            Assert.Equal(expected.Max, found.Max);
            Assert.Equal(expected.ClassCounts, found.ClassCounts);
            for (int channel = 0; channel < expected.Mean.Count; channel++)
            {
                Assert.Equal(expected.Mean[channel], found.Mean[channel], 12);
                Assert.Equal(expected.Std[channel], found.Std[channel], 12);
            }
        }
    }

    [Fact]
    public void Ragged_rows_are_appended_and_gray_beside_color_counts_as_color()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tess");
        var gray = new ImageShape(3, 4, 1);
        var color = new ImageShape(3, 4, 3);
        var layout = new StoreLayout
        {
            Columns = [StoreColumn.RaggedImage("image"), StoreColumn.Text("text")],
            Splits = [new StoreSplit("train", 0, 2)]
        };
        using (var writer = ExampleStoreWriter.Create(path, layout))
        {
            for (int row = 0; row < 2; row++)
                writer.Append(Row(row, gray));
            writer.Finish();
        }

        using (var store = ExampleStore.Open(path))
            Assert.Equal(gray, store.Image);
        using (var appender = ExampleStoreAppender.Create(path, [new StoreSplit("train", 0, 3)]))
        {
            for (int row = 2; row < 5; row++)
                appender.Append(Row(row, color));
            appender.Finish();
        }

        using (var writer = ExampleStoreWriter.Create(
            folder.File("whole.tess"), layout with { Splits = [new StoreSplit("train", 0, 5)] }))
        {
            for (int row = 0; row < 5; row++)
                writer.Append(Row(row, row < 2 ? gray : color));
            writer.Finish();
        }

        using var appended = ExampleStore.Open(path);
        using var whole = ExampleStore.Open(folder.File("whole.tess"));
        appended.VerifyAll();
        Assert.False(appended.HasFixedImages);
        for (int row = 0; row < 5; row++)
            Assert.Equal(RaggedStores.Pixels(row, row < 2 ? gray : color), appended.Value(appended.Column("image"), row));
        ColumnStatistics expected = whole.Column("image").Statistics!, found = appended.Column("image").Statistics!;
        Assert.Equal(60, found.Values);
        Assert.Equal(expected.Values, found.Values);
        for (int channel = 0; channel < 3; channel++)
        {
            Assert.Equal(expected.Mean[channel], found.Mean[channel], 12);
            Assert.Equal(expected.Std[channel], found.Std[channel], 12);
        }

        static StoreValue[] Row(int row, ImageShape shape) =>
        [
            StoreValue.Image(ImageCodec.Png, shape, RaggedStores.Encode(ImageCodec.Png, shape, RaggedStores.Pixels(row, shape))),
            StoreValue.Bytes(new byte[row]),
        ];
    }

    [Fact]
    public void Missing_and_swapped_segments_are_named_with_their_identity()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tess");
        string old = TestStores.Write(path, 10, 5);
        Append(path, [("train", 4)], 15);
        string segment = Directory.GetFiles(folder.Path, $"segment-{old[..16]}.tess").Single();
        string other = TestStores.Write(folder.File("b.tess"), 10, 4);
        File.Move(segment, segment + ".away");
        FileFormatException missing = Assert.Throws<FileFormatException>(() => ExampleStore.Open(path));
        Assert.Equal(segment, missing.Path);
        Assert.Contains($"identity {old}, found no file", missing.Message, StringComparison.Ordinal);
        File.Copy(folder.File("b.tess"), segment);
        FileFormatException swapped = Assert.Throws<FileFormatException>(() => ExampleStore.Open(path));
        Assert.Contains($"identity {old}, found the identity {other}", swapped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Changed_byte_of_a_segment_is_caught_in_that_segment()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tess");
        TestStores.Write(path, 10, 5);
        Append(path, [("train", 4)], 15);
        foreach (string segment in Directory.GetFiles(folder.Path, "segment-*"))
        {
            byte[] bytes = File.ReadAllBytes(segment);
            for (int at = 0; at < bytes.Length; at += 97)
            {
                byte[] changed = [.. bytes];
                changed[at] ^= 4;
                File.WriteAllBytes(segment, changed);
                Assert.Equal(segment, Assert.Throws<FileFormatException>(() =>
                {
                    using var store = ExampleStore.Open(path);
                    store.VerifyAll();
                }).Path);
            }

            File.WriteAllBytes(segment, bytes);
        }
    }

    [Fact]
    public void Only_one_appends_at_a_time_and_a_store_that_was_replaced_meanwhile_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tess");
        TestStores.Write(path, 10, 5);
        using (var appender = ExampleStoreAppender.Create(path, [new StoreSplit("train", 0, 1)]))
        {
            TessarException busy = Assert.Throws<TessarException>(() =>
                ExampleStoreAppender.Create(path, [new StoreSplit("train", 0, 1)]));
            Assert.Equal(ErrorKind.Environment, busy.Kind);
            appender.Append(TestStores.Row(0));
            string other = TestStores.Write(path, 3, 3);
            Assert.Contains(
                "has been replaced", Assert.Throws<TessarException>(() => appender.Finish()).Message, StringComparison.Ordinal);
            using var store = ExampleStore.Open(path);
            Assert.Equal(other, store.Identity);
        }

        Assert.Equal([path], Directory.GetFiles(folder.Path));
        Assert.Throws<TessarException>(() => ExampleStoreAppender.Create(folder.File("none.tess"), []));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Given_up_append_leaves_the_store_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tess");
        string old = TestStores.Write(path, 10, 5);
        using (var appender = ExampleStoreAppender.Create(path, [new StoreSplit("train", 0, 2)]))
        {
            appender.Append(TestStores.Row(0));
            Assert.Throws<InvalidOperationException>(() => appender.Finish());
        }

        using var store = ExampleStore.Open(path);
        Assert.Equal(old, store.Identity);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Full_disk_leaves_the_old_store_and_nothing_else()
    {
        using FullDisk? disk = FullDisk.TryMount(1 << 20);
        if (disk is null)
        {
            // Without the right to mount, the always-full device stands in (AtomicFileTests has it in full).
            Assert.Throws<IOException>(FullDisk.Fill);
            return;
        }

        string path = Path.Combine(disk.Path, "a.tess");
        string old = TestStores.Write(path, 100, 5);
        TessarException error = Assert.Throws<TessarException>(() => Append(path, [("train", 36_000)], 0));
        Assert.True(
            error.Kind == ErrorKind.Environment && error.Message.Contains("disk is full", StringComparison.Ordinal),
            error.Message);
        Assert.Equal([path], Directory.GetFiles(disk.Path));
        using var store = ExampleStore.Open(path);
        Assert.Equal(old, store.Identity);
    }

    /// <summary>Appends rows made from the numbers from <paramref name="first"/> on.</summary>
    internal static string Append(string path, (string Split, long Count)[] splits, long first)
    {
        using var appender = ExampleStoreAppender.Create(
            path, [.. splits.Select(split => new StoreSplit(split.Split, 0, split.Count))]);
        for (long row = first; row < first + splits.Sum(split => split.Count); row++)
            appender.Append(TestStores.Row(row));
        return appender.Finish();
    }
}
