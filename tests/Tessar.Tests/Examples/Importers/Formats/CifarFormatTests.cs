using Tessar.Examples;

namespace Tessar.Tests.Examples.Importers.Formats;

public sealed class CifarFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ten_classes_in_batches()
    {
        for (int batch = 1; batch <= 5; batch++)
            Write($"data_batch_{batch}.bin", Row([(byte)batch], batch), Row([0], 10 + batch));
        Write("test_batch.bin", Row([9], 99));
        File.WriteAllLines(
            _folder.File("cifar/batches.meta.txt"), [.. Enumerable.Range(0, 10).Select(i => $"class {i}"), string.Empty]);
        using ExampleStore store = _folder.Import(_folder.File("cifar"));
        Assert.Equal([new StoreSplit("train", 0, 10), new StoreSplit("test", 10, 1)], store.Splits);
        Assert.Equal("class 9", store.ClassNames[ExampleSet.Parse(store, "test").Label(0)]);
        Assert.Equal(
            [1, 0, 2, 0, 3, 0, 4, 0, 5, 0], Enumerable.Range(0, 10).Select(i => ExampleSet.Parse(store, "train").Label(i)));
        Assert.Equal(Pixels(13), ExampleSet.Parse(store, "train").Image(5).ToArray());
        Assert.Equal(new ImageShape(32, 32, 3), store.Image);
        Assert.Equal("cifar", store.Manifest.Provenance.Kind);
    }

    [Fact]
    public void Hundred_classes_keep_the_coarse_ones_beside_them()
    {
        Write("train.bin", Row([7, 42], 1), Row([19, 99], 2));
        Write("test.bin", Row([3, 0], 3));
        using ExampleStore store = _folder.Import(_folder.File("cifar"));
        Assert.Equal(100, store.ClassNames.Count);
        Assert.Equal([42, 99], Enumerable.Range(0, 2).Select(i => ExampleSet.Parse(store, "train").Label(i)));
        Assert.Equal([7, 19, 3], Enumerable.Range(0, 3).Select(i => (int)store.Row(store.Column("coarse_label"), i)[0]));
        Assert.Equal(Pixels(3), ExampleSet.Parse(store, "test").Image(0).ToArray());
    }

    [Fact]
    public void Other_files_of_the_folder_are_an_error_or_counted()
    {
        Write("data_batch_1.bin", Row([1], 1));
        Write("train.bin", Row([7, 42], 1));
        File.WriteAllText(_folder.File("cifar/readme.html"), "words");
        Assert.Contains(
            "1 .bin (train.bin)", _folder.Refusal<TessarException>(_folder.File("cifar")).Message, StringComparison.Ordinal);
        using ExampleStore store = _folder.Import(_folder.File("cifar"), new ImportOptions { SkipUnknown = true });
        Assert.Equal((1L, "1"), (store.Count, store.Manifest.Provenance.Settings["skip-unknown..bin"]));
    }

    [Fact]
    public void Length_label_and_class_names_are_checked()
    {
        Write("data_batch_1.bin", Row([1], 1), Row([10], 2));
        FileFormatException error = _folder.Refusal<FileFormatException>(_folder.File("cifar"));
        Assert.Equal((_folder.File("cifar/data_batch_1.bin"), 3073L), (error.Path, error.Offset));
        Write("data_batch_1.bin", Row([1], 1), [0]);
        Assert.Equal(3073, _folder.Refusal<FileFormatException>(_folder.File("cifar")).Offset);
        Write("data_batch_1.bin", Row([1], 1));
        File.WriteAllText(_folder.File("cifar/batches.meta.txt"), "one\ntwo");
        Assert.Contains(
            "10 names", _folder.Refusal<FileFormatException>(_folder.File("cifar")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_end_with_the_named_error()
    {
        Write("train.bin", Row([7, 42], 1), Row([19, 99], 2));
        _folder.SurvivesMutations(_folder.File("cifar"), _folder.File("cifar/train.bin"), "cifar");
    }

    /// <summary>Labels, then planes in which pixel p of channel c is (salt + 5 p + 100 c) mod 256.</summary>
    private static byte[] Row(byte[] labels, int salt) =>
        [.. labels, .. Enumerable.Range(0, 3072).Select(i => (byte)(salt + (5 * (i % 1024)) + (100 * (i / 1024))))];

    private static byte[] Pixels(int salt) =>
        [.. Enumerable.Range(0, 3072).Select(i => (byte)(salt + (5 * (i / 3)) + (100 * (i % 3))))];

    private void Write(string name, params byte[][] rows)
    {
        Directory.CreateDirectory(_folder.File("cifar"));
        File.WriteAllBytes(_folder.File($"cifar/{name}"), [.. rows.SelectMany(row => row)]);
    }
}
