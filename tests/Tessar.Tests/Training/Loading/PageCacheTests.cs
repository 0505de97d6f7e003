using CsCheck;
using Tessar.Examples;
using Tessar.Tests.Inputs;
using Tessar.Training.Loading;
using Tessar.Training.Loading.Caching;
using Tessar.Training.Loading.Pipeline;

namespace Tessar.Tests.Training.Loading;

public sealed class PageCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Schedule_reads_each_page_once_never_over_a_living_one_and_with_as_few_slots_as_can_be() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, 60]).SelectMany((pages, batches) => Gen.Select(
            Gen.Int[-1, batches], Gen.Int[0, 12]).Array[pages]).Sample(
            needs =>
            {
                int[] first = [.. needs.Select(need => need.Item1)], last = [.. needs.Select(need => need.Item1 + need.Item2)];
                PageSchedule schedule = PageSchedule.Of(first, last);
                int[] used = [.. Enumerable.Range(0, first.Length).Where(page => first[page] >= 0)];
                Assert.Equal(used, schedule.Reads.Select(read => read.Page).Order());
                Assert.All(Enumerable.Range(0, first.Length), page => Assert.Equal(first[page] >= 0, schedule.SlotOf(page) >= 0));

                // A model that goes from batch to batch: whose page is in which slot.
                int peak = 0;
                for (int batch = 0; batch <= 80; batch++)
                {
                    int[] living = [.. used.Where(page =>
                        Math.Max(0, first[page] - PageSchedule.Ahead) <= batch && batch <= last[page])];
                    Assert.Equal(living.Length, living.Select(schedule.SlotOf).Distinct().Count());
                    peak = Math.Max(peak, living.Length);
                }

                Assert.Equal(peak, schedule.Slots);

                // Reads wait for the page before in their slot, which is over before they may begin.
                var inSlot = new Dictionary<int, int>();
                int start = 0;
                foreach (PageRead read in schedule.Reads)
                {
                    Assert.Equal(inSlot.TryGetValue(read.Slot, out int page) ? last[page] : -1, read.After);
                    int begins = Math.Max(0, first[read.Page] - PageSchedule.Ahead);
                    Assert.True(read.After < begins || read.After == -1);
                    Assert.True(begins >= start);
                    (inSlot[read.Slot], start) = (read.Page, begins);
                }
            },
            iter: 300, threads: 1);

    [Theory]
    [InlineData("quasi-random", 0)]
    [InlineData("quasi-random", 1)]
    [InlineData("quasi-random", 3)]
    [InlineData("sequential", 1)]
    [InlineData("random", 2)]
    public void Pages_read_by_the_process_give_the_same_batches(string order, int workers)
    {
        // 3,000 bytes an image: some span two pages of 64 KiB.
        using ExampleStore store = LoaderCases.Store(_folder, 400, height: 50, width: 60);
        ExampleSet set = ExampleFilter.Where(ExampleSet.Parse(store, "train"), "label", label => label != 3);
        var options = new LoaderOptions
        {
            BatchSize = 16, Order = order, Workers = workers, Augment = ["flip", "cutout"],
            OrderSettings = order == "quasi-random" ? new Dictionary<string, double> { ["pages"] = 3 } : [],
        };
        using var expected = new ExampleLoader(set, options);
        using var cached = new ExampleLoader(set, options with { Cache = CacheMode.Process });
        for (int epoch = 0; epoch < 2; epoch++)
        {
            foreach (long position in (long[])[0, 77])
                Same(LoaderCases.Read(expected, epoch, position), LoaderCases.Read(cached, epoch, position));
        }

        // Left early, with readers and workers at it.
        for (int i = 0; i < 20; i++)
            LoaderCases.Read(cached, i, batches: 1 + (i % 3));
        Same(LoaderCases.Read(expected, 9), LoaderCases.Read(cached, 9));
    }

    [Fact]
    public void Quasi_random_order_keeps_few_pages_in_memory()
    {
        using ExampleStore store = LoaderCases.Store(_folder, 2000, height: 50, width: 60);
        using var loader = new ExampleLoader(ExampleSet.Parse(store, "train"), new LoaderOptions
        {
            BatchSize = 8, Order = "quasi-random", OrderSettings = new Dictionary<string, double> { ["pages"] = 4 },
        });
        var data = new Tessar.Training.Loading.Orders.OrderedData(2000, 8, loader.Plan.PageOf);
        PageSchedule schedule = PagePlan.Of(
            loader.Plan, loader.Plan.Order.Open(data, 1, 0),
            new Tessar.Training.Loading.Orders.BatchCut(2000, 0, 8, 0, 1, false));
        // 92 pages, of which four are open at once; the others are those that were just used up or are read ahead.
        Assert.InRange(schedule.Slots, 4, 10);
        Assert.InRange(schedule.Reads.Count, 91, 93);
    }

    [Fact]
    public void Page_that_cannot_be_read_is_an_error_of_its_batch()
    {
        string path;
        using (ExampleStore whole = LoaderCases.Store(_folder, 400, height: 50, width: 60))
            path = whole.Path;
        using ExampleStore store = ExampleStore.Open(path);
        using var loader = new ExampleLoader(
            ExampleSet.Parse(store, "train"), new LoaderOptions { Cache = CacheMode.Process, Order = "sequential" });
        File.Delete(path);
        Assert.ThrowsAny<IOException>(() => loader.Epoch(0));
    }

    [Fact]
    public void Store_of_encoded_images_is_left_to_the_system()
    {
        using ExampleStore store = LoaderCases.Store(_folder, 20);
        var error = Assert.Throws<TessarException>(() => new ExampleLoader(
            ExampleSet.Parse(store, "train"), new LoaderOptions { Cache = CacheMode.Process, Input = Images.Of(3, 3, 1) }));
        Assert.Contains("Leave it at System", error.Message, StringComparison.Ordinal);
    }

    private static void Same(
        List<(int Index, float[] Numbers, long Label)> expected, List<(int Index, float[] Numbers, long Label)> found)
    {
        Assert.Equal(
            expected.Select(example => (example.Index, example.Label)), found.Select(example => (example.Index, example.Label)));
        Assert.All(expected.Zip(found), pair => Assert.True(pair.First.Numbers.AsSpan().SequenceEqual(pair.Second.Numbers)));
    }
}
