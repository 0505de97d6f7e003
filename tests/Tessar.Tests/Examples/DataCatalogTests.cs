using Tessar.Examples;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Examples;

public sealed class DataCatalogTests
{
    [Fact]
    public void Shipped_set_is_found_from_the_program_and_from_below_the_checkout()
    {
        using ExampleStore store = DataCatalog.Open("fashion-mnist-mini", cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(12_000, store.Count);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("data/fashion-mnist-mini"));
        Directory.CreateDirectory(folder.File("src/deep"));
        TestStores.Write(folder.File("data/fashion-mnist-mini/fashion-mnist-mini.tess"), 3, 1);
        using ExampleStore other = Open("fashion-mnist-mini", Places(folder) with { StartFolders = [folder.File("src/deep")] });
        Assert.Equal(4, other.Count);
    }

    [Fact]
    public void Folder_of_the_environment_variable_comes_first()
    {
        using var folder = new TemporaryFolder();
        foreach ((string name, int train) in ((string, int)[])[
            ("own/fashion-mnist-mini.tess", 3),
            ("own/fashion-mnist.tess", 4),
            ("data/fashion-mnist-mini/fashion-mnist-mini.tess", 5)
        ])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
            TestStores.Write(folder.File(name), train, 0);
        }

        CatalogPlaces places = Places(folder) with { DataFolder = folder.File("own"), StartFolders = [folder.Path] };
        using ExampleStore mini = Open("fashion-mnist-mini", places);
        using ExampleStore full = Open("fashion-mnist", places);
        Assert.Equal((3L, 4L), (mini.Count, full.Count));
    }

    [Fact]
    public void Path_opens_that_file()
    {
        using var folder = new TemporaryFolder();
        TestStores.Write(folder.File("mine.tess"), 3, 1);
        using ExampleStore store = Open(folder.File("mine.tess"), Places(folder));
        Assert.Equal(4, store.Count);
    }

    [Theory]
    [InlineData("fashion-mnist", "apt install dataset-fashion-mnist")]
    [InlineData("fashion-mnist", "TESSAR_DATA isn't set")]
    [InlineData("fashion-mnist-mini", "TESSAR_DATA")]
    [InlineData("fashon-mnist", "Did you mean `fashion-mnist`?")]
    [InlineData("cifar", "Make a store from your own data")]
    public void Missing_set_says_where_it_was_looked_for_and_how_to_get_it(string name, string message)
    {
        using var folder = new TemporaryFolder();
        TessarException error = Assert.Throws<TessarException>(() => Open(name, Places(folder)));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains($"`{name}`", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_another_data_set_are_not_taken_for_Fashion_MNIST()
    {
        using var folder = new TemporaryFolder();
        IdxSource.Write(folder.File("system"));
        FileFormatException error = Assert.Throws<FileFormatException>(() => Open("fashion-mnist", Places(folder)));
        Assert.Contains("the labels of Fashion-MNIST", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("cache")));
    }

    [Fact]
    public void Published_files_are_converted_once_and_get_their_class_names()
    {
        using var folder = new TemporaryFolder();
        CatalogPlaces places = Places(folder) with { IsFashionMnist = _ => true };
        IdxSource.Write(folder.File("system"), isCompressed: true);
        using (ExampleStore store = Open("fashion-mnist", places))
        {
            Assert.Equal([20L, 8], store.Splits.Select(split => split.Count));
            Assert.Equal("T-shirt/top", store.ClassNames[0]);
            Assert.Equal("Ankle boot", store.ClassNames[9]);
        }

        string cached = Assert.Single(Directory.GetFiles(folder.File("cache")));
        DateTime written = File.GetLastWriteTimeUtc(cached);
        using (Open("fashion-mnist", places))
            Assert.Equal(written, File.GetLastWriteTimeUtc(cached));

        // A damaged cache is made again.
        using (FileStream file = File.OpenWrite(cached))
            file.WriteByte(0);
        using ExampleStore again = Open("fashion-mnist", places);
        again.VerifyAll();
        Assert.Single(Directory.GetFiles(folder.File("cache")));

        // Other files get another name.
        IdxSource.Put(folder.File("system"), "t10k-labels-idx1-ubyte", IdxSource.Labels(IdxSource.Test, 3), isCompressed: true);
        using ExampleStore changed = Open("fashion-mnist", places);
        Assert.NotEqual(again.Identity, changed.Identity);
        Assert.Equal(2, Directory.GetFiles(folder.File("cache")).Length);
    }

    [Fact]
    public void Two_processes_may_convert_at_once()
    {
        using var folder = new TemporaryFolder();
        IdxSource.Write(folder.File("system"), isCompressed: true);
        using ChildProcess first = ChildProcess.Start("convert", folder.Path);
        using ChildProcess second = ChildProcess.Start("convert", folder.Path);
        ChildResult[] results = [first.WaitForEnd(), second.WaitForEnd()];
        Assert.All(results, result => Assert.Equal(("", 0), (result.Error, result.ExitCode)));
        Assert.Equal(results[0].Output, results[1].Output);
        Assert.Single(Directory.GetFiles(folder.File("cache")));
    }

    [Scenario("convert")]
    private static void Convert(string[] arguments)
    {
        string folder = arguments[0];
        var places = new CatalogPlaces(null, [], Path.Combine(folder, "system"), Path.Combine(folder, "cache"))
        {
            IsFashionMnist = _ => true
        };
        using ExampleStore store = DataCatalog.Open("fashion-mnist", places, null, CancellationToken.None);
        store.Verify();
        Console.WriteLine(store.Identity);
    }

    private static CatalogPlaces Places(TemporaryFolder folder) =>
        new(null, [folder.Path], folder.File("system"), folder.File("cache"));

    private static ExampleStore Open(string name, CatalogPlaces places) =>
        DataCatalog.Open(name, places, null, TestContext.Current.CancellationToken);
}
