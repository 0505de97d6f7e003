using Tessar.Examples;
using Tessar.Runs;
using Tessar.Training;
using Tessar.Training.Loading;
using Tessar.Training.Loading.Orders;

namespace Tessar.Tests.Training.Loading;

/// <summary>Every example exactly once, in another order each epoch, however the epoch is shared or interrupted.</summary>
public sealed class OrderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, int, bool> Jobs
    {
        get
        {
            var jobs = new TheoryData<string, int, bool>();
            foreach (string order in ExampleLoader.OrderNames)
            {
                for (int ranks = 1; ranks <= 4; ranks++)
                {
                    jobs.Add(order, ranks, false);
                    jobs.Add(order, ranks, true);
                }
            }

            return jobs;
        }
    }

    [Theory]
    [MemberData(nameof(Jobs))]
    public void Every_example_is_visited_once_whatever_the_ranks_and_the_view(string order, int ranks, bool isFiltered)
    {
        using ExampleStore store = Store(500);
        ExampleSet set = ExampleSet.Parse(store, "train");
        if (isFiltered)
            set = ExampleFilter.Where(set, "weight", weight => weight % 1 == 0.5 || weight > 200);
        ExampleLoader[] loaders = Job(set, order, ranks, batch: 17);
        List<int>[] epochs = [.. Enumerable.Range(0, 3)
            .Select(epoch => loaders.SelectMany(loader => LoaderCases.Indices(loader, epoch)).ToList())];
        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, set.Count), epoch.Order()));
        Assert.Equal(order != "sequential", !epochs[0].SequenceEqual(epochs[1]));
        Assert.Equal(epochs[1], loaders.SelectMany(loader => LoaderCases.Indices(loader, 1)));
        Assert.Single(loaders.Select(loader => loader.BatchesPerEpoch).Distinct());
        Close(loaders);
    }

    [Theory]
    [InlineData("random")]
    [InlineData("sequential")]
    [InlineData("quasi-random")]
    public void Global_batches_are_the_same_for_any_number_of_ranks(string order)
    {
        using ExampleStore store = Store(500);
        ExampleSet set = ExampleSet.Parse(store, "train");
        // The pool's size is part of the order, so it is the same for all of them.
        ExampleLoader[] one = Job(set, order, 1, batch: 24, pages: 3);
        List<int> expected = LoaderCases.Indices(one[0], 2);
        foreach (int ranks in (int[])[2, 3, 4])
        {
            ExampleLoader[] job = Job(set, order, ranks, batch: 24 / ranks, pages: 3);
            List<int>[] read = [.. job.Select(loader => LoaderCases.Indices(loader, 2))];
            var merged = new List<int>();
            for (int k = 0; merged.Count < set.Count; k++)
                merged.AddRange(read.SelectMany(rank => rank.Skip(k * 24 / ranks).Take(24 / ranks)));
            Assert.Equal(expected, merged);
            Close(job);
        }

        Close(one);
    }

    [Theory]
    [MemberData(nameof(Jobs))]
    public void Rest_of_an_epoch_is_what_was_not_visited_also_with_other_ranks_and_batches(
        string order, int ranks, bool isFiltered)
    {
        using ExampleStore store = Store(500);
        ExampleSet set = ExampleSet.Parse(store, "train");
        if (isFiltered)
            set = ExampleFilter.Where(set, "label", label => label is 1 or 4 or 5);
        ExampleLoader[] before = Job(set, order, ranks, batch: 9, pages: 4);
        var visited = new List<int>();
        long position = 0;
        foreach (ExampleLoader loader in before)
        {
            int batches = 0;
            foreach (LoadedBatch batch in loader.Epoch(5))
            {
                visited.AddRange(batch.Indices[..batch.ValidCount]);
                position = batch.NextPosition;
                batch.Dispose();
                if (++batches == 3)
                    break;
            }
        }

        Assert.Equal(Math.Min(set.Count, 27 * ranks), position);
        foreach (int other in (int[])[1, 2, 3])
        {
            ExampleLoader[] after = Job(set, order, other, batch: 11, pages: 4);
            Assert.Equal(
                Enumerable.Range(0, set.Count).Except(visited),
                after.SelectMany(loader => LoaderCases.Indices(loader, 5, position)).Order());
            Close(after);
        }

        Close(before);
    }

    [Fact]
    public void Uneven_tail_is_dropped_or_filled_up_from_the_batch_itself()
    {
        using ExampleStore store = Store(50);
        ExampleSet set = ExampleSet.Parse(store, "train");
        ExampleLoader[] job = [.. Enumerable.Range(0, 3).Select(rank => new ExampleLoader(set, new LoaderOptions
        {
            BatchSize = 8, Order = "sequential", Rank = rank, Ranks = 3,
        }))];
        // Global batches of 24: 0–23, 24–47 and 48–49, which fill all three ranks' eight places.
        int[][] last = new int[3][];
        int[] valid = new int[3];
        for (int rank = 0; rank < 3; rank++)
        {
            foreach (LoadedBatch batch in job[rank].Epoch(0))
            {
                (last[rank], valid[rank]) = (batch.Indices.ToArray(), batch.ValidCount);
                Assert.Equal(8, batch.Inputs.shape[0]);
                batch.Dispose();
            }
        }

        Assert.Equal([2, 0, 0], valid);
        Assert.All(last, indices => Assert.Equal([48, 49, 48, 49, 48, 49, 48, 49], indices));
        Close(job);
        using var dropping = new ExampleLoader(set, new LoaderOptions { BatchSize = 8, Rank = 2, Ranks = 3, DropLast = true });
        Assert.Equal((2, 16), (dropping.BatchesPerEpoch, LoaderCases.Indices(dropping, 0).Count));
    }

    [Fact]
    public void Every_example_is_as_likely_at_every_place()
    {
        const int Count = 16, Epochs = 10_000;
        int[,] seen = new int[Count, Count];
        int[] order = new int[Count];
        ExampleOrder random = ExampleOrder.Of(null);
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            random.Open(new OrderedData(Count, 4, _ => 0), 1, epoch).Read(0, order);
            for (int place = 0; place < Count; place++)
                seen[place, order[place]]++;
        }

        // Chi-square with 225 degrees of freedom: mean 225, standard deviation 21; 350 is met by chance once in 10^7.
        double expected = (double)Epochs / Count;
        Assert.InRange(seen.Cast<int>().Sum(count => Math.Pow(count - expected, 2) / expected), 110, 350);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(1000)]
    [InlineData(4097)]
    public void Keyed_permutation_is_one(int count)
    {
        ulong[] first = [.. Enumerable.Range(0, count)
            .Select(place => new KeyedPermutation((ulong)count, 1, 0).At((ulong)place))];
        Assert.Equal(Enumerable.Range(0, count).Select(i => (ulong)i), first.Order());
        if (count > 16)
            Assert.NotEqual(
                first, Enumerable.Range(0, count).Select(place => new KeyedPermutation((ulong)count, 1, 1).At((ulong)place)));
    }

    [Fact]
    public void Keyed_permutation_spreads_a_large_range_evenly()
    {
        const ulong Count = (1UL << 30) + 12345;
        var permutation = new KeyedPermutation(Count, 3, 0);
        int[] bins = new int[64];
        var seen = new HashSet<ulong>();
        for (ulong place = 0; place < 64_000; place++)
        {
            ulong value = permutation.At(place);
            Assert.True(value < Count && seen.Add(value));
            bins[value * 64 / Count]++;
        }

        Assert.InRange(bins.Sum(count => Math.Pow(count - 1000, 2) / 1000), 20, 140);
    }

    [Fact]
    public void Quasi_random_order_keeps_to_its_pages_and_strays_further_with_more_of_them()
    {
        const int Count = 4000, PerPage = 50;
        var data = new OrderedData(Count, 8, index => index / PerPage);
        double last = 0;
        foreach (int pages in (int[])[1, 4, 16, 80])
        {
            int[] order = new int[Count];
            Of("quasi-random", ("pages", pages)).Open(data, 1, 0).Read(0, order);
            Assert.Equal(Enumerable.Range(0, Count), order.Order());
            // How many pages are begun but not used up at each place.
            int[] left = [.. Enumerable.Repeat(PerPage, Count / PerPage)];
            var open = new HashSet<int>();
            int most = 0;
            foreach (int index in order)
            {
                int page = index / PerPage;
                open.Add(page);
                most = Math.Max(most, open.Count);
                if (--left[page] == 0)
                    open.Remove(page);
            }

            Assert.InRange(most, 1, pages);
            // Places between an example and the mean place of its page.
            double displacement = order.Select((index, place) => (Page: index / PerPage, place)).GroupBy(entry => entry.Page)
                .Average(group => group.Average(entry => Math.Abs(entry.place - group.Average(other => other.place))));
            Assert.True(displacement > last, $"{pages} pages: {displacement} after {last}");
            last = displacement;
        }
    }

    [Fact]
    public void Quasi_random_order_read_in_parts_is_the_whole()
    {
        var data = new OrderedData(3000, 8, index => index / 70);
        int[] whole = new int[3000], parts = new int[3000];
        ExampleOrder order = Of("quasi-random", ("pages", 5));
        order.Open(data, 4, 2).Read(0, whole);
        EpochSequence sequence = order.Open(data, 4, 2);
        sequence.Read(100, parts.AsSpan(100, 400));
        sequence.Read(900, parts.AsSpan(900));
        Assert.Equal(whole[100..500], parts[100..500]);
        Assert.Equal(whole[900..], parts[900..]);
    }

    [Fact]
    public void Filter_reads_scalar_columns_of_any_type()
    {
        using ExampleStore store = Store(40);
        ExampleSet set = new(store, "train", 5, 30);
        Assert.Equal([0, 7, 14, 21, 28], Rows(ExampleFilter.Where(set, "label", label => label == 5)).Select(row => row - 5));
        ExampleSet heavy = ExampleFilter.Where(set, "weight", weight => weight >= 15);
        Assert.Equal([30L, 31, 32, 33, 34], Rows(heavy));
        Assert.Equal([33L], Rows(ExampleFilter.Where(heavy, "label", label => label == 5)));
        Assert.Contains(
            "Image, not a single number",
            Assert.Throws<ArgumentException>(() => ExampleFilter.Where(set, "image", _ => true)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "No example of train:5-34",
            Assert.Throws<ArgumentException>(() => ExampleFilter.Where(set, "label", _ => false)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "`wait` isn't a column", Assert.Throws<ArgumentException>(() => ExampleFilter.Where(set, "wait", _ => true)).Message,
            StringComparison.Ordinal);
    }

    private static IEnumerable<long> Rows(ExampleSet set) => Enumerable.Range(0, set.Count).Select(set.Row);

    // 2 KiB an image, so that 500 of them lie on 16 pages.
    private ExampleStore Store(int count) => LoaderCases.Store(_folder, count, height: 32, width: 64);

    private static ExampleOrder Of(string name, params (string Key, double Value)[] numbers) => ExampleOrder.Of(
        ExampleOrder.Choices.Resolve(
            name, numbers.Select(number => new KeyValuePair<string, double?>(number.Key, number.Value)), []));

    private static ExampleLoader[] Job(ExampleSet set, string order, int ranks, int batch, int pages = 0) =>
    [
        .. Enumerable.Range(0, ranks).Select(rank => new ExampleLoader(set, new LoaderOptions
        {
            BatchSize = batch,
            Order = order,
            OrderSettings = order == "quasi-random" && pages > 0 ? new Dictionary<string, double> { ["pages"] = pages } : [],
            Rank = rank,
            Ranks = ranks,
            Workers = rank % 2,
        })),
    ];

    private static void Close(ExampleLoader[] loaders)
    {
        foreach (ExampleLoader loader in loaders)
            loader.Dispose();
    }
}
