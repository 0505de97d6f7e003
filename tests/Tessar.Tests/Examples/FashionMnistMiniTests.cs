using Tessar.Examples;

namespace Tessar.Tests.Examples;

/// <summary>The data set that ships with the repository.</summary>
public sealed class FashionMnistMiniTests
{
    private static ExampleStore Open() =>
        DataCatalog.Open("fashion-mnist-mini", cancellation: TestContext.Current.CancellationToken);

    [Fact]
    public void Every_byte_matches_its_checksum_and_the_identity_is_the_published_one()
    {
        using ExampleStore store = Open();
        store.VerifyAll();
        Assert.Equal("0571727fb70fb235de128b391d0f136004e7989cb5cd050c59eb26bf74bd6b4a", store.Identity);
    }

    [Fact]
    public void Counts_classes_and_size_are_those_of_its_description()
    {
        using ExampleStore store = Open();
        Assert.Equal([new StoreSplit("train", 0, 10_000), new StoreSplit("test", 10_000, 2000)], store.Splits);
        Assert.Equal(
            ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
            store.ClassNames);
        Assert.Equal(new ImageShape(28, 28, 1), store.Image);
        Assert.InRange(new FileInfo(store.Path).Length, 0, 9_500_000);
    }

    [Fact]
    public void Training_pixels_have_the_known_mean_and_deviation()
    {
        using ExampleStore store = Open();
        ColumnStatistics train = store.Column("image").SplitStatistics["train"];
        Assert.Equal(73.0088 / 255, Assert.Single(train.Mean), 0.01 / 255);
        Assert.Equal(90.2746 / 255, Assert.Single(train.Std), 0.01 / 255);

        // The same again from the pixels themselves.
        var set = ExampleSet.Parse(store, "train");
        double sum = 0, squares = 0;
        for (int i = 0; i < set.Count; i++)
        {
            foreach (byte pixel in set.Image(i))
            {
                sum += pixel;
                squares += pixel * pixel;
            }
        }

        double mean = sum / (10_000 * 784);
        Assert.Equal(train.Mean[0] * 255, mean, 1e-10);
        Assert.Equal(train.Std[0] * 255, Math.Sqrt((squares / (10_000 * 784)) - (mean * mean)), 1e-9);
    }

    [Fact]
    public void First_labels_are_those_of_Fashion_MNIST()
    {
        using ExampleStore store = Open();
        var train = ExampleSet.Parse(store, "train:0-9");
        var test = ExampleSet.Parse(store, "test:0-9");
        Assert.Equal([9, 0, 0, 3, 0, 2, 7, 2, 5, 5], Enumerable.Range(0, 10).Select(train.Label));
        Assert.Equal([9, 2, 1, 1, 6, 1, 4, 6, 5, 7], Enumerable.Range(0, 10).Select(test.Label));
    }

    [Fact]
    public void Its_sources_are_recognized_as_Fashion_MNIST()
    {
        using ExampleStore store = Open();
        IReadOnlyList<StoreSource> sources = store.Manifest.Provenance.Sources;
        Assert.Equal([false, true, false, true], sources.Select(FashionMnist.IsLabelFile));
        Assert.Equal([47_040_016L, 60_008, 7_840_016, 10_008], sources.Select(source => source.Bytes));
    }

    [Fact]
    public void License_and_description_ship_beside_it()
    {
        using ExampleStore store = Open();
        string folder = Path.GetDirectoryName(store.Path)!;
        Assert.Contains(
            "Copyright (c) 2017 Zalando SE", File.ReadAllText(Path.Combine(folder, "LICENSE")), StringComparison.Ordinal);
        string description = File.ReadAllText(Path.Combine(folder, "README.md"));
        Assert.All(store.ClassNames, name => Assert.Contains($"| {name} |", description, StringComparison.Ordinal));
    }
}
