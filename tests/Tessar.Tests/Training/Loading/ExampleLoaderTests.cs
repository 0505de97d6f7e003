using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Training.Loading;
using static TorchSharp.torch;

namespace Tessar.Tests.Training.Loading;

public sealed class ExampleLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<int, int> Channels => new() { { 1, 0 }, { 1, 1 }, { 1, 2 }, { 2, 1 }, { 3, 0 }, { 3, 2 }, { 4, 1 } };

    [Theory]
    [MemberData(nameof(Channels))]
    public void Batches_hold_normalized_images_and_labels(int channels, int workers)
    {
        using ExampleStore store = LoaderCases.Store(_folder, 100, channels: channels);
        var set = new ExampleSet(store, "train", 3, 90);
        InputNormalization input = InputNormalization.Of(store);
        TensorBalance.Holds(() =>
        {
            using var loader = new ExampleLoader(set, new LoaderOptions { BatchSize = 40, Workers = workers });
            Assert.Equal(3, loader.BatchesPerEpoch);
            List<(int Index, float[] Numbers, long Label)> read = LoaderCases.Read(loader, 0);
            Assert.Equal(Enumerable.Range(0, 90), read.Select(example => example.Index).Order());
            foreach ((int index, float[] numbers, long label) in read)
            {
                Assert.Equal(LoaderCases.Expected(set, index, input), numbers);
                Assert.Equal((index + 3) % LoaderCases.Classes, label);
            }
        });
    }

    [Theory]
    [InlineData(false, 54, 1, 27, 3)]
    [InlineData(true, 54, 18, 9, 1)]
    public void Images_have_one_shape_and_the_memory_order_that_is_asked_for(
        bool channelsFirst, int unused, int channelStride, int rowStride, int columnStride)
    {
        _ = unused;
        using ExampleStore store = LoaderCases.Store(_folder, 10, height: 2, width: 9, channels: 3);
        var set = ExampleSet.Parse(store, "train");
        using var loader = new ExampleLoader(
            set, new LoaderOptions { BatchSize = 4, ChannelsFirst = channelsFirst, Order = "sequential" });
        using LoaderEpoch epoch = loader.Epoch(0);
        Assert.True(epoch.MoveNext());
        using LoadedBatch batch = epoch.Current;
        Assert.Equal([4, 3, 2, 9], batch.Inputs.shape);
        Assert.Equal([54, channelStride, rowStride, columnStride], batch.Inputs.stride());
        using var scope = NewDisposeScope();
        float[] found = batch.Inputs[1].permute(1, 2, 0).contiguous().data<float>().ToArray();
        Assert.Equal(LoaderCases.Expected(set, 1, InputNormalization.Of(store)), found);
    }

    [Fact]
    public void Pictures_of_an_example_are_the_same_for_any_workers_and_batch()
    {
        using ExampleStore store = LoaderCases.Store(_folder, 230, channels: 3);
        var set = ExampleSet.Parse(store, "train");
        Dictionary<int, float[]>? expected = null;
        foreach ((int workers, int batch) in ((int, int)[])[(0, 32), (1, 32), (2, 32), (0, 100), (1, 100), (2, 100)])
        {
            using var loader = new ExampleLoader(
                set, new LoaderOptions { BatchSize = batch, Workers = workers, Augment = ["flip", "translate"] });
            var found = LoaderCases.Read(loader, 4).ToDictionary(example => example.Index, example => example.Numbers);
            Assert.Equal(230, found.Count);
            expected ??= found;
            Assert.All(found, pair => Assert.Equal(expected[pair.Key], pair.Value));
        }

        using var other = new ExampleLoader(set, new LoaderOptions { Augment = ["flip", "translate"] });
        Assert.Contains(LoaderCases.Read(other, 5), example => !example.Numbers.AsSpan().SequenceEqual(expected![example.Index]));
    }

    [Fact]
    public void Pictures_do_not_depend_on_order_rank_or_what_else_is_in_the_set()
    {
        using ExampleStore store = LoaderCases.Store(_folder, 120);
        var all = ExampleSet.Parse(store, "train");
        var options = new LoaderOptions { BatchSize = 16, Augment = ["flip", "translate"] };
        using var whole = new ExampleLoader(all, options);
        var expected = LoaderCases.Read(whole, 2).ToDictionary(example => example.Index, example => example.Numbers);
        int[] some = [.. Enumerable.Range(0, 120).Where(i => i % 3 == 1)];
        using var part = new ExampleLoader(all.Select(some), options with { Order = "sequential", Rank = 1, Ranks = 2 });
        List<(int Index, float[] Numbers, long Label)> found = LoaderCases.Read(part, 2);
        Assert.NotEmpty(found);
        Assert.All(found, example => Assert.Equal(expected[some[example.Index]], example.Numbers));
    }

    [Fact]
    public void Batch_allocates_nothing_on_the_threads_that_make_and_take_it()
    {
        using ExampleStore store = LoaderCases.Store(_folder, 700);
        foreach (int workers in (int[])[0, 1])
        {
            using var loader = new ExampleLoader(
                ExampleSet.Parse(store, "train"),
                new LoaderOptions { BatchSize = 32, Workers = workers, Augment = ["flip", "translate"] });
            LoaderCases.Indices(loader, 0);
            using LoaderEpoch epoch = loader.Epoch(1);
            for (int i = 0; i < 3; i++)
                Take(epoch);
            long before = GC.GetAllocatedBytesForCurrentThread(), all = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < 15; i++)
                Take(epoch);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            // Other threads of the test host may allocate a little meanwhile; 15 batches that allocated would take far more.
            Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - all, 0, 15 * 512);
        }

        static void Take(LoaderEpoch epoch)
        {
            Assert.True(epoch.MoveNext());
            using LoadedBatch batch = epoch.Current;
            if (batch.Inputs.IsInvalid || batch.Labels.IsInvalid || batch.Count != 32)
                throw new InvalidOperationException();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Batch_given_back_can_be_neither_used_nor_given_back_again(int workers)
    {
        using ExampleStore store = LoaderCases.Store(_folder, 100);
        using var loader = new ExampleLoader(
            ExampleSet.Parse(store, "train"), new LoaderOptions { BatchSize = 10, Workers = workers });
        using LoaderEpoch epoch = loader.Epoch(0);
        Assert.True(epoch.MoveNext());
        LoadedBatch batch = epoch.Current;
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(batch.Dispose);
        Assert.Throws<ObjectDisposedException>(() => batch.Inputs);
        Assert.Throws<ObjectDisposedException>(() => batch.Indices.Length);
        Assert.True(epoch.MoveNext());
        using LoadedBatch next = epoch.Current;
        Assert.Throws<ObjectDisposedException>(() => batch.Labels);
        Assert.Equal(10, next.Count);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 5)]
    public void Holding_every_batch_is_an_error_instead_of_a_standstill(int workers, int slots)
    {
        using ExampleStore store = LoaderCases.Store(_folder, 100);
        using var loader = new ExampleLoader(
            ExampleSet.Parse(store, "train"), new LoaderOptions { BatchSize = 10, Workers = workers });
        using LoaderEpoch epoch = loader.Epoch(0);
        for (int i = 0; i < slots; i++)
            Assert.True(epoch.MoveNext());
        Assert.Contains(
            $"All {slots} batches", Assert.Throws<InvalidOperationException>(() => epoch.MoveNext()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Held_batch_keeps_its_content_while_others_are_made()
    {
        using ExampleStore store = LoaderCases.Store(_folder, 100);
        using var loader = new ExampleLoader(ExampleSet.Parse(store, "train"), new LoaderOptions { BatchSize = 10, Workers = 2 });
        using LoaderEpoch epoch = loader.Epoch(0);
        Assert.True(epoch.MoveNext());
        using LoadedBatch held = epoch.Current;
        float[] before = held.Inputs.data<float>().ToArray();
        while (epoch.MoveNext())
            epoch.Current.Dispose();
        LoaderCases.Indices(loader, 1);
        Assert.Equal(before, held.Inputs.data<float>().ToArray());
    }

    [Theory]
    [InlineData(false, 4, 10)]
    [InlineData(true, 3, 0)]
    public void Last_batch_is_short_or_left_out(bool dropLast, int batches, int last)
    {
        using ExampleStore store = LoaderCases.Store(_folder, 100);
        using var loader = new ExampleLoader(
            ExampleSet.Parse(store, "train"), new LoaderOptions { BatchSize = 30, DropLast = dropLast });
        for (int epoch = 0; epoch < 2; epoch++)
        {
            var sizes = new List<long>();
            foreach (LoadedBatch batch in loader.Epoch(epoch))
            {
                Assert.Equal((batch.Inputs.shape[0], batch.Count), (batch.Labels.shape[0], batch.Indices.Length));
                sizes.Add(batch.Inputs.shape[0]);
                batch.Dispose();
            }

            Assert.Equal(batches, sizes.Count);
            Assert.Equal(last == 0 ? 30 : last, sizes[^1]);
        }
    }

    [Fact]
    public void Epoch_that_is_left_early_leaves_the_loader_usable()
    {
        using ExampleStore store = LoaderCases.Store(_folder, 500);
        using var loader = new ExampleLoader(ExampleSet.Parse(store, "train"), new LoaderOptions { BatchSize = 20, Workers = 2 });
        List<int> whole = LoaderCases.Indices(loader, 3);
        for (int i = 0; i < 30; i++)
        {
            Assert.Equal(whole[..20], LoaderCases.Read(loader, 3, batches: 1).Select(example => example.Index));
            LoaderEpoch left = loader.Epoch(i);
            Assert.True(left.MoveNext());
            left.Current.Dispose();
        }

        Assert.Equal(whole, LoaderCases.Indices(loader, 3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Unreadable_example_is_named_when_its_batch_is_due(int workers)
    {
        using (LoaderCases.Store(_folder, 100, name: "bad.tess"))
        {
            // A label that isn't a class, in row 57.
        }

        string path = _folder.File("bad.tess");
        byte[] bytes = File.ReadAllBytes(path);
        using (ExampleStore good = ExampleStore.Open(path))
            bytes[(int)good.Column("label").Offset + (57 * sizeof(int))] = 99;
        File.WriteAllBytes(path, bytes);
        using ExampleStore store = ExampleStore.Open(path);
        using var loader = new ExampleLoader(
            ExampleSet.Parse(store, "train"), new LoaderOptions { BatchSize = 20, Workers = workers, Order = "sequential" });
        using LoaderEpoch epoch = loader.Epoch(0);
        for (int i = 0; i < 2; i++)
        {
            Assert.True(epoch.MoveNext());
            epoch.Current.Dispose();
        }

        var error = Assert.Throws<TessarException>(() => epoch.MoveNext());
        Assert.Equal(ErrorKind.InputData, error.Kind);
        foreach (string part in (string[])["Example 57", "id 176", "`label`", path, "found 99"])
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.False(epoch.MoveNext());
        Assert.Equal(Enumerable.Range(60, 40), LoaderCases.Indices(loader, 1, position: 60));
    }

    [Fact]
    public void Options_that_cannot_be_followed_are_all_named()
    {
        using ExampleStore store = LoaderCases.Store(_folder, 10);
        var error = Assert.Throws<TessarException>(() => new ExampleLoader(ExampleSet.Parse(store, "train"), new LoaderOptions
        {
            BatchSize = 0, Workers = -1, Order = "randm", Augment = ["flop", "flip", "flip", "translate"], Rank = 2, Ranks = 2,
            AugmentSettings = new Dictionary<string, double>
            {
                ["flip.probability"] = 1.5,
                ["cutout.size"] = 3,
                ["translate.pad"] = 2.5
            },
        }));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        foreach (string part in (string[])
        [
            "BatchSize is 0", "Workers is -1", "There is no order `randm`. Did you mean `random`?",
            "There is no augmentation `flop`. Did you mean `flip`?",
            "flip is given twice", "Rank is 2", "`probability` of flip is 1.5; it has to lie in [0, 1]",
            "`pad` of translate is 2.5; it has to lie in [0, 32768) and be whole",
            "`cutout.size` is given, but not the augmentation cutout",
        ])
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Loader_that_was_disposed_of_says_so()
    {
        using ExampleStore store = LoaderCases.Store(_folder, 10);
        var loader = new ExampleLoader(ExampleSet.Parse(store, "train"));
        LoaderEpoch epoch = loader.Epoch(0);
        Assert.True(epoch.MoveNext());
        LoadedBatch batch = epoch.Current;
        loader.Dispose();
        loader.Dispose();
        Assert.Throws<ObjectDisposedException>(() => loader.Epoch(1));
        Assert.Throws<ObjectDisposedException>(() => batch.Inputs);
        Assert.False(epoch.MoveNext());
    }
}
