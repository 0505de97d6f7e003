using Tessar.Examples;

namespace Tessar.Tests.Examples.Importers.Formats;

public sealed class ImageFolderFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sub_folders_are_classes_and_pictures_stay_as_they_are()
    {
        Write("bee/b.png", Photos.Png(3, 5, 2));
        Write("bee/deep/a.JPG", Photos.Jpeg(8, 8, 3));
        Write("Ant/z.bmp", Photos.Bmp(3, 5, 4));
        Write("cat/w.webp", Photos.WebP(3, 6, 5));
        Write("cat/notes.txt", "no picture"u8.ToArray());
        Write("cat/.hidden.png", "no picture"u8.ToArray());
        using ExampleStore store = _folder.Import(_folder.File("photos"), new ImportOptions { SkipUnknown = true });
        Assert.Equal(["Ant", "bee", "cat"], store.ClassNames);
        Assert.Equal(
            ("1", "1"),
            (store.Manifest.Provenance.Settings["skip-unknown..txt"], store.Manifest.Provenance.Settings["skip-unknown.hidden"]));
        Assert.Equal([new StoreSplit("train", 0, 4)], store.Splits);
        Assert.Equal([0, 1, 1, 2], Enumerable.Range(0, 4).Select(i => ExampleSet.Parse(store, "train").Label(i)));
        Assert.Equal(Photos.Png(3, 5, 2), store.ImageOf(1).Bytes.ToArray());
        Assert.Equal(Photos.Jpeg(8, 8, 3), store.ImageOf(2).Bytes.ToArray());
        Assert.Equal((ImageCodec.Png, new ImageShape(3, 5, 3)), (store.ImageOf(0).Codec, store.ImageOf(0).Shape));
        Assert.Equal(Photos.Pixels(3, 5, 4), store.PixelsOf(0));
        Assert.Equal(Photos.Pixels(3, 6, 5), store.PixelsOf(3));
        StoreSource source = Assert.Single(store.Manifest.Provenance.Sources);
        Assert.Equal(
            ("photos", Photos.Png(3, 5, 2).Length + Photos.Jpeg(8, 8, 3).Length + Photos.Bmp(3, 5, 4).Length
                + Photos.WebP(3, 6, 5).Length), (source.Name, (int)source.Bytes));
    }

    [Fact]
    public void Folders_called_train_and_test_are_splits()
    {
        Write("test/bee/a.png", Photos.Png(2, 2, 1));
        Write("train/bee/b.png", Photos.Png(2, 2, 2));
        Write("train/cat/c.png", Photos.Png(2, 2, 3));
        Write("test/ant/d.png", Photos.Png(2, 2, 4));
        using ExampleStore store = _folder.Import(_folder.File("photos"));
        Assert.Equal(["ant", "bee", "cat"], store.ClassNames);
        Assert.Equal([("train", 2L), ("test", 2L)], store.Splits.Select(split => (split.Name, split.Count)));
        Assert.Equal(
            [1, 2, 0, 1], Enumerable.Range(0, 4).Select(i => ExampleSet.Parse(store, i < 2 ? "train" : "test").Label(i % 2)));
    }

    [Fact]
    public void Folder_without_splits_is_cut_within_each_class()
    {
        for (int i = 0; i < 10; i++)
            Write($"ant/{i}.png", Photos.Png(2, 2, i));
        for (int i = 0; i < 5; i++)
            Write($"bee/{i}.png", Photos.Png(2, 2, 10 + i));
        var options = new ImportOptions { Splits = [new("train", 9), new("val", 3), new("test", null)] };
        using ExampleStore store = _folder.Import(_folder.File("photos"), options);
        Assert.Equal([("train", 9L), ("val", 3L), ("test", 3L)], store.Splits.Select(split => (split.Name, split.Count)));
        Assert.Equal(["6 ants, 3 bees", "2 ants, 1 bees", "2 ants, 1 bees"], store.Splits.Select(split =>
        {
            var set = ExampleSet.Parse(store, split.Name);
            int bees = Enumerable.Range(0, set.Count).Sum(set.Label);
            return $"{set.Count - bees} ants, {bees} bees";
        }));
        // Every picture once, those of a class in the order of their names.
        Assert.Equal(Enumerable.Range(0, 10).Select(i => Photos.Pixels(2, 2, i)), AllPixels(store, 0));
        Assert.Equal(Enumerable.Range(10, 5).Select(i => Photos.Pixels(2, 2, i)), AllPixels(store, 1));
        Assert.Equal("9", store.Manifest.Provenance.Settings["splits.train"]);
        Assert.Contains(
            "ask for 16 rows of 15",
            _folder.Refusal<ArgumentException>(
                _folder.File("photos"), new ImportOptions { Splits = [new("train", 16)] }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Picture_left_out_of_one_split_does_not_pull_one_of_the_next_into_it()
    {
        for (int i = 0; i < 6; i++)
            Write($"a/{i}.png", i == 1 ? Photos.Png(2, 2, i)[..40] : Photos.Png(2, 2, i));
        var options = new ImportOptions { SkipBad = true, Splits = [new("train", 4), new("test", null)] };
        using ExampleStore store = _folder.Import(_folder.File("photos"), options);
        Assert.Equal([("train", 3L), ("test", 2L)], store.Splits.Select(split => (split.Name, split.Count)));
        Assert.Equal(new[] { 0, 2, 3, 4, 5 }.Select(i => Photos.Pixels(2, 2, i)), AllPixels(store, 0));
    }

    [Fact]
    public void Limits_take_the_first_of_what_a_cut_leaves()
    {
        for (int i = 0; i < 6; i++)
            Write($"a/{i}.png", Photos.Png(2, 2, i));
        var options = new ImportOptions
        {
            Splits = [new("train", 4), new("test", null)],
            Limits = new Dictionary<string, long>(StringComparer.Ordinal) { ["train"] = 2, ["test"] = 1 },
        };
        using ExampleStore store = _folder.Import(_folder.File("photos"), options);
        Assert.Equal(new[] { 0, 1, 4 }.Select(i => Photos.Pixels(2, 2, i)), AllPixels(store, 0));
    }

    [Fact]
    public void Size_makes_pixels_of_one_size()
    {
        Write("a/1.png", Photos.Png(4, 4, 1));
        Write("a/2.jpg", Photos.Jpeg(20, 10, 2));
        using ExampleStore store = _folder.Import(_folder.File("photos"), new ImportOptions { Size = (4, 4) });
        Assert.Equal(new ImageShape(4, 4, 3), store.Image);
        Assert.Equal(Photos.Pixels(4, 4, 1), ExampleSet.Parse(store, "train").Image(0).ToArray());
        Assert.Equal("4x4", store.Manifest.Provenance.Settings["size"]);
    }

    [Fact]
    public void Pictures_that_cannot_be_decoded_are_named_or_left_out()
    {
        for (int i = 0; i < 5; i++)
            Write($"a/{i}.png", Photos.Png(4, 4, i));
        Write("a/1.png", Photos.Png(4, 4, 1)[..60]);
        Write("b/x.jpg", "not a picture"u8.ToArray());
        Write("b/y.jpg", []);
        FileFormatException error = _folder.Refusal<FileFormatException>(_folder.File("photos"));
        Assert.Equal(_folder.File("photos/a/1.png"), error.Path);
        Assert.Contains("3 pictures that can't: a/1.png, b/x.jpg, b/y.jpg", error.Message, StringComparison.Ordinal);
        Assert.Equal([new Remedy(RemedyKind.ChangeArgument, "skip-bad")], error.Remedies);
        using ExampleStore store = _folder.Import(_folder.File("photos"), new ImportOptions { SkipBad = true });
        Assert.Equal(4, store.Count);
        Assert.Equal(Photos.Pixels(4, 4, 2), store.PixelsOf(1));
        Assert.Equal("3", store.Manifest.Provenance.Settings["skip-bad"]);
        Assert.Equal("a/1.png\nb/x.jpg\nb/y.jpg", store.Manifest.Provenance.Settings["skip-bad.names"]);
        var limits = new Dictionary<string, long>(StringComparer.Ordinal) { ["train"] = 3 };
        using ExampleStore limited = _folder.Import(
            _folder.File("photos"), new ImportOptions { SkipBad = true, Limits = limits });
        Assert.Equal([0, 2, 3], Enumerable.Range(0, 3).Select(i => limited.PixelsOf(i)[0] % 40));
    }

    [Fact]
    public void Links_out_of_the_root_are_not_followed()
    {
        Write("a/1.png", Photos.Png(2, 2, 1));
        Directory.CreateDirectory(_folder.File("outside"));
        File.WriteAllBytes(_folder.File("outside/2.png"), Photos.Png(2, 2, 2));
        File.CreateSymbolicLink(_folder.File("photos/a/2.png"), _folder.File("outside/2.png"));
        File.CreateSymbolicLink(_folder.File("photos/a/3.png"), _folder.File("photos/a/1.png"));
        File.CreateSymbolicLink(_folder.File("photos/a/4.png"), _folder.File("nowhere.png"));
        Directory.CreateSymbolicLink(_folder.File("photos/b"), _folder.File("outside"));
        Directory.CreateSymbolicLink(_folder.File("photos/a/loop"), _folder.File("photos"));
        Assert.Contains("4 link", _folder.Refusal<TessarException>(_folder.File("photos")).Message, StringComparison.Ordinal);
        using ExampleStore store = _folder.Import(_folder.File("photos"), new ImportOptions { SkipUnknown = true });
        Assert.Equal(["a"], store.ClassNames);
        Assert.Equal(2, store.Count);
    }

    [Fact]
    public void Folder_without_pictures_is_refused_with_the_formats()
    {
        Directory.CreateDirectory(_folder.File("photos/a"));
        Assert.Contains("webdataset", _folder.Refusal<TessarException>(_folder.File("photos")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kinds_that_are_not_read_are_an_error_or_counted_by_their_ending()
    {
        Write("a/1.png", Photos.Png(2, 2, 1));
        foreach (string name in (string[])["a/2.tif", "b/3.TIF", "b/4.tiff", "b/deep/5.heic"])
            Write(name, [(byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0]);
        Write("labels.csv", "a,b"u8.ToArray());
        TessarException error = _folder.Refusal<TessarException>(_folder.File("photos"));
        Assert.Contains("1 .csv, 1 .heic, 2 .tif, 1 .tiff, 1 empty class folder", error.Message, StringComparison.Ordinal);
        Assert.Equal([new Remedy(RemedyKind.ChangeArgument, "skip-unknown")], error.Remedies);
        using ExampleStore store = _folder.Import(_folder.File("photos"), new ImportOptions { SkipUnknown = true });
        Assert.Equal((1L, 2), (store.Count, store.ClassNames.Count));
        Assert.Equal("2", store.Manifest.Provenance.Settings["skip-unknown..tif"]);
        Assert.Contains("labels.csv", store.Manifest.Provenance.Settings["skip-unknown"], StringComparison.Ordinal);
        Assert.Contains("a TIFF", Wrong("a/6.png", [(byte)'I', (byte)'I', 42, 0]), StringComparison.Ordinal);

        string Wrong(string name, byte[] content)
        {
            Write(name, content);
            return _folder.Refusal<FileFormatException>(_folder.File("photos"), new ImportOptions { SkipUnknown = true }).Message;
        }
    }

    [Fact]
    public void Folder_of_kinds_that_are_not_read_says_so()
    {
        Write("a/1.tif", [(byte)'M', (byte)'M', 0, 42]);
        Assert.Contains("1 .tif", _folder.Refusal<TessarException>(_folder.File("photos")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "no pictures",
            _folder.Refusal<TessarException>(_folder.File("photos"), new ImportOptions { SkipUnknown = true }).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_that_can_be_decoded_is_read_whatever_it_is_called()
    {
        Write("a/1.jfif", Photos.Jpeg(4, 4, 1));
        Write("a/2.jpe", Photos.Jpeg(4, 4, 2));
        Write("a/3.gif", Photos.Gif(frames: 1));
        Write("a/4.GIF", Photos.Gif(frames: 2));
        Write("a/5.ico", Photos.Ico(3, 5, 4));
        Write("a/6", Photos.Png(3, 3, 6));
        Write("a/7.image", Photos.WebP(3, 3, 7));
        Write("a/8.dib", Photos.Bmp(3, 3, 8));
        using ExampleStore store = _folder.Import(_folder.File("photos"));
        Assert.Equal(8, store.Count);
        Assert.Equal([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255], store.PixelsOf(2));
        Assert.Equal(store.PixelsOf(2), store.PixelsOf(3));
        Assert.Equal(new ImageShape(3, 5, 4), store.ImageOf(4).Shape);
        Assert.Equal(Photos.Pixels(3, 3, 6), store.PixelsOf(5));
        Assert.Equal("1", store.Manifest.Provenance.Settings["first-frames"]);
    }

    [Theory]
    [InlineData(".DS_Store")]
    [InlineData("a/Thumbs.db")]
    [InlineData("a/._1.png")]
    [InlineData("LICENSE")]
    [InlineData("README.md")]
    [InlineData("a/readme.txt")]
    [InlineData("SHA256SUMS")]
    [InlineData("photos.tess")]
    [InlineData("a.zip.md5")]
    [InlineData("__MACOSX/a/1.png")]
    [InlineData(".git/config")]
    [InlineData("a/.ipynb_checkpoints/1-checkpoint.png")]
    public void What_plainly_is_no_data_needs_no_word(string name)
    {
        Write("a/1.png", Photos.Png(2, 2, 1));
        Write(name, [1, 2, 3]);
        using ExampleStore store = _folder.Import(_folder.File("photos"));
        Assert.Equal((1L, "a"), (store.Count, store.ClassNames.Single()));
        Assert.DoesNotContain(
            store.Manifest.Provenance.Settings.Keys, key => key.StartsWith("skip-unknown", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1.png", "1 .png (1.png)")]
    [InlineData("extra/x/1.png", "1 .png (extra/x/1.png)")]
    [InlineData("train/1.png", "1 .png (1.png)")]
    [InlineData(".hidden/1.png", "1 .png (.hidden/1.png)")]
    public void What_stands_beside_splits_and_classes_is_counted(string name, string counts)
    {
        Write("train/a/1.png", Photos.Png(2, 2, 1));
        Write("test/a/1.png", Photos.Png(2, 2, 1));
        Write(name, Photos.Png(2, 2, 2));
        Assert.Contains(counts, _folder.Refusal<TessarException>(_folder.File("photos")).Message, StringComparison.Ordinal);
        using ExampleStore store = _folder.Import(_folder.File("photos"), new ImportOptions { SkipUnknown = true });
        Assert.Equal(2, store.Count);
    }

    [Fact]
    public void Class_of_one_split_alone_is_not_empty()
    {
        Write("train/a/1.png", Photos.Png(2, 2, 1));
        Write("test/b/1.png", Photos.Png(2, 2, 1));
        Directory.CreateDirectory(_folder.File("photos/test/a"));
        using ExampleStore store = _folder.Import(_folder.File("photos"));
        Assert.Equal(["a", "b"], store.ClassNames);
        Directory.CreateDirectory(_folder.File("photos/test/c"));
        Assert.Contains(
            "1 empty class folder (c)", _folder.Refusal<TessarException>(_folder.File("photos")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_that_differ_by_case_alone_need_a_choice()
    {
        Write("Cat/1.png", Photos.Png(2, 2, 1));
        Write("cat/2.png", Photos.Png(2, 2, 2));
        Write("dog/3.png", Photos.Png(2, 2, 3));
        FileFormatException error = _folder.Refusal<FileFormatException>(_folder.File("photos"));
        Assert.Contains("`Cat` and `cat`", error.Message, StringComparison.Ordinal);
        Assert.Contains(new Remedy(RemedyKind.ChangeArgument, "class-case", "merge"), error.Remedies);
        using ExampleStore merged = _folder.Import(_folder.File("photos"), new ImportOptions { ClassCase = ClassCase.Merge });
        Assert.Equal(["Cat", "dog"], merged.ClassNames);
        Assert.Equal([0, 0, 1], Enumerable.Range(0, 3).Select(i => ExampleSet.Parse(merged, "train").Label(i)));
        Assert.Equal(Photos.Pixels(2, 2, 2), merged.PixelsOf(1));
        using ExampleStore kept = _folder.Import(_folder.File("photos"), new ImportOptions { ClassCase = ClassCase.Keep });
        Assert.Equal(["Cat", "cat", "dog"], kept.ClassNames);
    }

    [Fact]
    public void Damaged_pictures_end_with_the_named_error()
    {
        Write("a/1.png", Photos.Png(6, 6, 1));
        Write("a/2.jpg", Photos.Jpeg(6, 6, 2));
        Write("b/3.webp", Photos.WebP(6, 6, 3));
        Write("b/4.gif", Photos.Gif(frames: 2));
        Write("b/5.ico", Photos.Ico(6, 6, 3));
        foreach (string file in (string[])["a/1.png", "a/2.jpg", "b/3.webp", "b/4.gif", "b/5.ico"])
            _folder.SurvivesMutations(_folder.File("photos"), _folder.File($"photos/{file}"), "folder", times: 60);
    }

    [Fact]
    public void Canceled_import_leaves_nothing()
    {
        Write("a/1.png", Photos.Png(6, 6, 1));
        using var canceled = new CancellationTokenSource();
        canceled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Importer.Import(_folder.File("photos"), _folder.File("a.tess"), cancellation: canceled.Token));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private static IEnumerable<byte[]> AllPixels(ExampleStore store, int label) =>
        store.Splits.Select(split => ExampleSet.Parse(store, split.Name))
            .SelectMany(set => Enumerable.Range(0, set.Count).Where(i => set.Label(i) == label).Select(set.Row))
            .Select(row => store.PixelsOf((int)row));

    private void Write(string name, byte[] content)
    {
        string path = _folder.File(Path.Combine("photos", name));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }
}
