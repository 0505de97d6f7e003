using Tessar.Examples;

namespace Tessar.Tests.Examples;

public sealed class IdxImporterTests
{
    [Fact]
    public void Images_and_labels_of_both_splits_arrive_in_order()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = Import(folder, isCompressed: false);
        store.VerifyAll();
        Assert.Equal([new StoreSplit("train", 0, 20), new StoreSplit("test", 20, 8)], store.Splits);
        Assert.Equal(new ImageShape(5, 3, 1), store.Image);
        byte[] images = IdxSource.Images(IdxSource.Train, 1), tests = IdxSource.Images(IdxSource.Test, 2);
        var train = ExampleSet.Parse(store, "train");
        var test = ExampleSet.Parse(store, "test");
        Assert.Equal(images[(16 + (19 * 15))..], train.Image(19).ToArray());
        Assert.Equal(tests[(16 + 15)..(16 + 30)], test.Image(1).ToArray());
        Assert.Equal(0, train.Label(9));
        Assert.Equal(3, test.Label(1));
    }

    [Fact]
    public void Compression_does_not_change_a_byte_of_the_store()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore plain = Import(folder, isCompressed: false);
        using ExampleStore compressed = Import(folder, isCompressed: true);
        Assert.Equal(File.ReadAllBytes(plain.Path), File.ReadAllBytes(compressed.Path));
    }

    [Fact]
    public void Provenance_names_the_files_with_the_digests_of_their_content()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = Import(folder, isCompressed: true);
        Assert.Equal("idx", store.Manifest.Provenance.Kind);
        Assert.Equal(
            [
                Source("train-images-idx3-ubyte", IdxSource.Images(IdxSource.Train, 1)),
                Source("train-labels-idx1-ubyte", IdxSource.Labels(IdxSource.Train, 1)),
                Source("t10k-images-idx3-ubyte", IdxSource.Images(IdxSource.Test, 2)),
                Source("t10k-labels-idx1-ubyte", IdxSource.Labels(IdxSource.Test, 2)),
            ],
            store.Manifest.Provenance.Sources);

        static StoreSource Source(string name, byte[] content) =>
            new(name, content.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)));
    }

    [Fact]
    public void Limits_take_the_first_examples_and_are_recorded()
    {
        using var folder = new TemporaryFolder();
        var limits = new Dictionary<string, long>(StringComparer.Ordinal) { ["train"] = 7, ["test"] = 100 };
        using ExampleStore store = Import(folder, isCompressed: true, new IdxImportOptions { Limits = limits });
        store.VerifyAll();
        Assert.Equal([7L, 8], store.Splits.Select(split => split.Count));
        Assert.Equal(
            IdxSource.Images(IdxSource.Train, 1)[(16 + 90)..(16 + 105)], ExampleSet.Parse(store, "train:6").Image(0).ToArray());
        Assert.Equal("100", store.Manifest.Provenance.Settings["limit.test"]);
        Assert.Equal("7", store.Manifest.Provenance.Settings["limit.train"]);
    }

    [Fact]
    public void One_split_alone_is_enough_but_a_file_without_its_partner_is_not()
    {
        using var folder = new TemporaryFolder();
        IdxSource.Write(folder.File("idx"));
        File.Delete(folder.File("idx/t10k-images-idx3-ubyte"));
        TessarException error = Assert.Throws<TessarException>(() => Import(folder));
        Assert.Contains("t10k-images-idx3-ubyte", error.Message, StringComparison.Ordinal);
        File.Delete(folder.File("idx/t10k-labels-idx1-ubyte"));
        Import(folder);
        using var store = ExampleStore.Open(folder.File("a.tess"));
        Assert.Equal("train", Assert.Single(store.Splits).Name);
    }

    [Fact]
    public void Classes_are_those_given_or_the_digits_or_as_many_as_the_labels_need()
    {
        using var folder = new TemporaryFolder();
        IdxSource.Write(folder.File("idx"));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), Classes(null));
        string[] named = [.. Enumerable.Range(0, 10).Select(i => $"class {i}")];
        Assert.Equal(named, Classes(new IdxImportOptions { Classes = named }));
        byte[] labels = IdxSource.Labels(IdxSource.Train, 1);
        labels[^1] = 25;
        File.WriteAllBytes(folder.File("idx/train-labels-idx1-ubyte"), labels);
        Assert.Equal(26, Classes(null).Count);

        IReadOnlyList<string> Classes(IdxImportOptions? options)
        {
            Import(folder, options);
            using var store = ExampleStore.Open(folder.File("a.tess"));
            return store.ClassNames;
        }
    }

    [Fact]
    public void Label_outside_the_classes_is_refused_with_its_place()
    {
        using var folder = new TemporaryFolder();
        IdxSource.Write(folder.File("idx"));
        FileFormatException error = Assert.Throws<FileFormatException>(() =>
            Import(folder, new IdxImportOptions { Classes = ["a", "b", "c"] }));
        Assert.Equal((folder.File("idx/train-labels-idx1-ubyte"), 8L + 2), (error.Path, error.Offset));
        Assert.Contains("labels from 0 to 2, found 3", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("a.tess")));
    }

    [Fact]
    public void Different_counts_of_images_and_labels_are_refused()
    {
        using var folder = new TemporaryFolder();
        IdxSource.Write(folder.File("idx"));
        File.WriteAllBytes(folder.File("idx/train-labels-idx1-ubyte"), IdxSource.Labels(19, 1));
        Assert.Contains("19 images", Assert.Throws<FileFormatException>(() => Import(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Different_sizes_of_the_splits_images_are_refused()
    {
        using var folder = new TemporaryFolder();
        IdxSource.Write(folder.File("idx"));
        File.WriteAllBytes(folder.File("idx/t10k-images-idx3-ubyte"), IdxSource.Compose([8, 3, 5], new byte[120]));
        Assert.Contains(
            "images of 5 × 3", Assert.Throws<FileFormatException>(() => Import(folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 0x0D)]
    [InlineData(3, 1)]
    [InlineData(3, 4)]
    [InlineData(4, 0xFF)]
    [InlineData(4, 0x7F)]
    [InlineData(7, 19)]
    [InlineData(7, 21)]
    [InlineData(8, 0x7F)]
    [InlineData(11, 0)]
    [InlineData(11, 4)]
    [InlineData(11, 6)]
    [InlineData(12, 0x7F)]
    public void Wrong_magic_and_sizes_are_refused(int at, byte value)
    {
        using var folder = new TemporaryFolder();
        foreach (bool isCompressed in (bool[])[false, true])
        {
            Directory.CreateDirectory(folder.File("idx"));
            foreach (string old in Directory.GetFiles(folder.File("idx")))
                File.Delete(old);
            IdxSource.Write(folder.File("idx"), isCompressed);
            byte[] images = IdxSource.Images(IdxSource.Train, 1);
            images[at] = value;
            IdxSource.Put(folder.File("idx"), "train-images-idx3-ubyte", images, isCompressed);
            Assert.Throws<FileFormatException>(() => Import(folder));
            Assert.Empty(Directory.GetFiles(folder.Path));
        }
    }

    [Theory]
    [InlineData("train-images-idx3-ubyte")]
    [InlineData("t10k-labels-idx1-ubyte")]
    public void File_cut_anywhere_is_refused_compressed_or_not(string name)
    {
        using var folder = new TemporaryFolder();
        IdxSource.Write(folder.File("idx"), isCompressed: true);
        string path = folder.File($"idx/{name}.gz");
        byte[] compressed = File.ReadAllBytes(path);
        for (int length = 0; length < compressed.Length; length++)
        {
            File.WriteAllBytes(path, compressed[..length]);
            Assert.Throws<FileFormatException>(() => Import(folder));
        }

        File.Delete(path);
        byte[] plain = name.StartsWith("train", StringComparison.Ordinal)
            ? IdxSource.Images(IdxSource.Train, 1)
            : IdxSource.Labels(IdxSource.Test, 2);
        path = folder.File($"idx/{name}");
        for (int length = 0; length < plain.Length; length++)
        {
            File.WriteAllBytes(path, plain[..length]);
            Assert.Throws<FileFormatException>(() => Import(folder));
        }

        File.WriteAllBytes(path, [.. plain, 0]);
        Assert.Throws<FileFormatException>(() => Import(folder));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Trailing_bytes_inside_the_compressed_data_are_refused()
    {
        using var folder = new TemporaryFolder();
        IdxSource.Write(folder.File("idx"), isCompressed: true);
        IdxSource.Put(
            folder.File("idx"), "train-images-idx3-ubyte", [.. IdxSource.Images(IdxSource.Train, 1), 0], isCompressed: true);
        Assert.Throws<FileFormatException>(() => Import(folder));
    }

    [Fact]
    public void Every_changed_bit_of_a_compressed_file_gives_the_same_store_or_the_named_error()
    {
        using var folder = new TemporaryFolder();
        IdxSource.Write(folder.File("idx"), isCompressed: true);
        string path = folder.File("idx/train-images-idx3-ubyte.gz");
        byte[] bytes = File.ReadAllBytes(path);
        Import(folder);
        byte[] right = File.ReadAllBytes(folder.File("a.tess"));
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(path, changed);
            try
            {
                Import(folder);
                Assert.Equal(right, File.ReadAllBytes(folder.File("a.tess")));
            }
            catch (FileFormatException e)
            {
                Assert.StartsWith(folder.File("idx"), e.Path, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Limits_of_unknown_splits_and_below_zero_are_refused()
    {
        using var folder = new TemporaryFolder();
        IdxSource.Write(folder.File("idx"));
        foreach ((
            string split, long limit,
            string message) in ((string, long, string)[])[("dev", 1, "train, test"), ("train", -1, "0 or more")])
        {
            var limits = new Dictionary<string, long>(StringComparer.Ordinal) { [split] = limit };
            ArgumentException error = Assert.ThrowsAny<ArgumentException>(() =>
                Import(folder, new IdxImportOptions { Limits = limits }));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Folder_that_is_missing_or_holds_nothing_says_what_is_expected()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("doesn't exist", Assert.Throws<TessarException>(() => Import(folder)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder.File("idx"));
        Assert.Contains(
            "train-images-idx3-ubyte", Assert.Throws<TessarException>(() => Import(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Canceled_import_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        IdxSource.Write(folder.File("idx"));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
            IdxImporter.Import(folder.File("idx"), folder.File("a.tess"), cancellation: source.Token));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Progress_ends_at_the_total()
    {
        using var folder = new TemporaryFolder();
        IdxSource.Write(folder.File("idx"));
        var seen = new List<ImportProgress>();
        IdxImporter.Import(
            folder.File("idx"), folder.File("a.tess"), null, new Collect(seen), TestContext.Current.CancellationToken);
        Assert.Equal(new ImportProgress(28, 28), seen[^1]);
    }

    private static ExampleStore Import(TemporaryFolder folder, bool isCompressed, IdxImportOptions? options = null)
    {
        string source = folder.File(isCompressed ? "gz" : "plain");
        IdxSource.Write(source, isCompressed);
        string path = source + ".tess";
        IdxImporter.Import(source, path, options, cancellation: TestContext.Current.CancellationToken);
        return ExampleStore.Open(path);
    }

    private static void Import(TemporaryFolder folder, IdxImportOptions? options = null) =>
        IdxImporter.Import(
            folder.File("idx"), folder.File("a.tess"), options, cancellation: TestContext.Current.CancellationToken);

    private sealed class Collect(List<ImportProgress> seen) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => seen.Add(value);
    }
}
