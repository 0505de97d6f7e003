using System.Text;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;

namespace Tessar.Tests.Examples;

public sealed class RaggedStoreTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 3)]
    [InlineData(30, 12)]
    [InlineData(63, 1)]
    [InlineData(64, 65)]
    public void Every_value_comes_back_decoded_and_every_image_as_it_was_given(long train, long test)
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = RaggedStores.Make(folder, train, test);
        store.VerifyAll();
        Assert.Equal(2, store.Manifest.Schema);
        for (long row = 0; row < train + test; row++)
        {
            (ImageCodec codec, ImageShape shape) = RaggedStores.Kind(row);
            StoredImage image = store.ImageOf(row);
            Assert.Equal((codec, shape), (image.Codec, image.Shape));
            Assert.Equal(
                codec == ImageCodec.Raw
                    ? RaggedStores.Pixels(row, shape)
                    : RaggedStores.Encode(codec, shape, RaggedStores.Pixels(row, shape)),
                image.Bytes.ToArray());
            Assert.Equal(RaggedStores.Decoded(row), store.Value(store.Column("image"), row));
            Assert.Equal(RaggedStores.Caption(row), Encoding.UTF8.GetString(store.Value(store.Column("caption"), row)));
            Assert.Equal(RaggedStores.Sound(row), store.Row(store.Column("sound"), row).ToArray());
            Assert.Equal(RaggedStores.Facts(row), Encoding.UTF8.GetString(store.Value(store.Column("facts"), row)));
            Assert.Equal(RaggedStores.Vector(row), store.Value(store.Column("vector"), row));
            Assert.Equal([(byte)row, 1, 2], store.Row(store.Column("dense"), row).ToArray());
            Assert.Equal((int)(row % 3), store.StoredLabel(row));
        }
    }

    [Fact]
    public void Any_number_of_workers_writes_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        string[] files = [.. new[] { 1, 2, 5 }.Select(workers => folder.File($"{workers}.tess"))];
        for (int i = 0; i < files.Length; i++)
            RaggedStores.Write(files[i], 6000, 700, hasIds: true, workers: i == 0 ? 1 : (3 * i) - 1);
        byte[] first = File.ReadAllBytes(files[0]);
        Assert.True(first.Length > 2_000_000, $"{first.Length} bytes don't fill several chunks.");
        Assert.All(files, file => Assert.Equal(first, File.ReadAllBytes(file)));
        Assert.Equal(files.Order(), Directory.GetFiles(folder.Path).Order());
    }

    [Fact]
    public void Statistics_of_images_equal_those_of_their_decoded_pixels()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = RaggedStores.Make(folder);
        foreach ((string split, int first, int count) in ((string, int, int)[])[("train", 0, 30), ("test", 30, 12), ("", 0, 42)])
        {
            ColumnStatistics statistics = split.Length > 0
                ? store.Column("image").SplitStatistics[split]
                : store.Column("image").Statistics!;
            for (int channel = 0; channel < 3; channel++)
            {
                // Grey and colour in one column: grey counts as red = green = blue.
                double[] values = [.. Enumerable.Range(first, count).SelectMany(row => RaggedStores.Decoded(row)
                    .Where((_, i) => RaggedStores.Kind(row).Shape.Channels == 1 || i % 3 == channel).Select(x => x / 255.0))];
                double mean = values.Average();
                Assert.Equal(mean, statistics.Mean[channel], 12);
                Assert.Equal(Math.Sqrt(values.Average(x => (x - mean) * (x - mean))), statistics.Std[channel], 12);
                Assert.Equal(values.Length, statistics.Values);
            }
        }

        ColumnStatistics lengths = store.Column("sound").Statistics!;
        Assert.Equal(Enumerable.Range(0, 42).Average(row => RaggedStores.Sound(row).Length), lengths.Mean[0], 12);
    }

    [Fact]
    public void Encoded_images_of_one_size_count_as_fixed_and_feed_a_batch_like_raw_ones()
    {
        using var folder = new TemporaryFolder();
        var shape = new ImageShape(6, 5, 1);
        foreach (string name in (string[])["png", "lz4", "raw"])
        {
            StoreColumn column = name switch
            {
                "png" => StoreColumn.RaggedImage("image"),
                "lz4" => StoreColumn.Image("image", shape).WithCodec("lz4"),
                _ => StoreColumn.Image("image", shape),
            };
            var layout = new StoreLayout { Columns = [column], Splits = [new StoreSplit("train", 0, 4)] };
            using var writer = ExampleStoreWriter.Create(folder.File(name), layout);
            for (int row = 0; row < 4; row++)
            {
                byte[] pixels = RaggedStores.Pixels(row, shape);
                writer.Append([name == "png"
                    ? StoreValue.Image(ImageCodec.Png, shape, RaggedStores.Encode(ImageCodec.Png, shape, pixels))
                    : StoreValue.Bytes(pixels)]);
            }

            writer.Finish();
        }

        using var raw = ExampleStore.Open(folder.File("raw"));
        var input = ModelInput.Of(raw);
        using var expected = Batches.Inputs(new ExampleSet(raw, "train", 0, 4), [3, 0, 2], input);
        foreach (string name in (string[])["png", "lz4"])
        {
            using var store = ExampleStore.Open(folder.File(name));
            store.VerifyAll();
            Assert.True(store.HasFixedImages);
            Assert.Equal(shape, store.Image);
            Assert.Equal(input, ModelInput.Of(store));
            using var inputs = Batches.Inputs(new ExampleSet(store, "train", 0, 4), [3, 0, 2], input);
            Assert.True(inputs.equal(expected).all().item<bool>());
        }
    }

    [Fact]
    public void Images_of_several_sizes_have_no_common_one_and_are_brought_to_any()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = RaggedStores.Make(folder);
        Assert.False(store.HasFixedImages);
        Assert.Equal(
            [new Remedy(RemedyKind.ImportExamples, null, "64x64")],
            Assert.Throws<FileFormatException>(() => store.Image).Remedies);
        var set = new ExampleSet(store, "test", 0, 12);
        Assert.Throws<InvalidOperationException>(() => set.Image(0).Length);
        byte[] pixels = new byte[4 * 9 * 3];
        for (int i = 0; i < set.Count; i++)
            set.ReadImage(i, new ImageShape(4, 9, 3), pixels);
    }

    [Fact]
    public void Values_that_do_not_suit_their_column_are_refused()
    {
        using var folder = new TemporaryFolder();
        byte[] png = RaggedStores.Encode(ImageCodec.Png, new ImageShape(2, 2, 3), new byte[12]);
        Refuse(0, StoreValue.Bytes(png), "bytes where an image");
        Refuse(0, StoreValue.Image(ImageCodec.Jpeg, new ImageShape(2, 2, 3), png), "says it is");
        Refuse(0, StoreValue.Image(ImageCodec.Png, new ImageShape(2, 3, 3), png), "says it is");
        Refuse(0, StoreValue.Image(ImageCodec.Raw, new ImageShape(2, 2, 3), new byte[11]), "11 bytes for a raw image of 12");
        Refuse(0, StoreValue.Image(ImageCodec.Raw, new ImageShape(1 << 15, 1 << 15, 1), new byte[11]), "1 to 268435456 pixels");
        Refuse(0, StoreValue.Image(ImageCodec.Png, new ImageShape(2, 2, 3), new byte[3]), "can't be read");
        Refuse(2, StoreValue.Bytes((byte[])[0xC3, 0x28]), "aren't UTF-8");
        Refuse(4, StoreValue.Bytes("{\"a\":}"u8.ToArray()), "aren't JSON");
        Refuse(5, StoreValue.Bytes(new byte[19]), "19 bytes, but the column takes 20");
        Refuse(6, StoreValue.Image(ImageCodec.Raw, new ImageShape(1, 1, 3), new byte[3]), "takes raw ones of no size");
        Assert.Empty(Directory.GetFiles(folder.Path));

        void Refuse(int column, StoreValue value, string message)
        {
            using var writer = ExampleStoreWriter.Create(folder.File("a.tess"), RaggedStores.Layout(3, 0));
            StoreValue[] row = RaggedStores.Row(0);
            row[column] = value;
            Assert.Contains(
                message, Assert.Throws<ArgumentException>(() => writer.Append(row)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Image_that_cannot_be_decoded_is_named_by_its_row(int workers)
    {
        using var folder = new TemporaryFolder();
        using (var writer = ExampleStoreWriter.Create(folder.File("a.tess"), RaggedStores.Layout(20, 0), workers))
        {
            ArgumentException error = Assert.Throws<ArgumentException>(() =>
            {
                for (int row = 0; row < 20; row++)
                {
                    StoreValue[] values = RaggedStores.Row(row);
                    var shape = new ImageShape(40, 40, 3);
                    if (row == 7)
                        values[0] = StoreValue.Image(
                            ImageCodec.Png, shape,
                            RaggedStores.Encode(ImageCodec.Png, shape, RaggedStores.Pixels(1, shape)).AsMemory()[..^90]);
                    writer.Append(values);
                }

                writer.Finish();
            });
            Assert.Contains("Row 7 of column `image`", error.Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => writer.Finish());
        }

        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Layouts_with_codecs_that_do_not_suit_are_refused()
    {
        using var folder = new TemporaryFolder();
        (StoreColumn Column, string Message)[] cases =
        [
            (StoreColumn.Bytes("x", "gzip"), "`lz4`, `zstd`"),
            (StoreColumn.Bytes("x", "mixed"), "only images"),
            (StoreColumn.RaggedImage("x").WithCodec("lz4"), "`x`"),
            (StoreColumn.Scalar("label", Tessar.Tensors.ElementType.I32).WithCodec("lz4"), "uncompressed"),
            (StoreColumn.Text("image"), "isn't of kind image"),
        ];
        foreach ((StoreColumn column, string message) in cases)
        {
            var layout = new StoreLayout { Columns = [column], Splits = [new StoreSplit("a", 0, 1)], Classes = ["a"] };
            ArgumentException error = Assert.Throws<ArgumentException>(() =>
                ExampleStoreWriter.Create(folder.File("a.tess"), layout));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Full_disk_is_an_environment_error_that_leaves_no_file()
    {
        using FullDisk? disk = FullDisk.TryMount(1 << 20);
        if (disk is null)
        {
            // Without the right to mount, the always-full device stands in (AtomicFileTests has it in full).
            Assert.Throws<IOException>(FullDisk.Fill);
            return;
        }

        // While rows are written, and while the values that waited beside the store are brought to it.
        foreach (int rows in (int[])[6000, 1900])
        {
            TessarException error = Assert.Throws<TessarException>(() =>
                RaggedStores.Write(Path.Combine(disk.Path, "a.tess"), rows, 0));
            Assert.True(
                error.Kind == ErrorKind.Environment && error.Message.Contains("disk is full", StringComparison.Ordinal),
                error.Message);
            Assert.Empty(Directory.GetFiles(disk.Path));
        }
    }
}
