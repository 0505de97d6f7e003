using Tessar.Examples;

namespace Tessar.Tests.Examples;

public sealed class ExampleBatchesTests
{
    [Theory]
    [InlineData(10, 3, "0-2 3-5 6-8 9-9")]
    [InlineData(10, 5, "0-4 5-9")]
    [InlineData(10, 10, "0-9")]
    [InlineData(10, 64, "0-9")]
    [InlineData(10, int.MaxValue, "0-9")]
    [InlineData(3, 1, "0-0 1-1 2-2")]
    public void Batches_of_a_set_follow_one_another_and_the_last_may_be_smaller(int count, int size, string expected)
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder);
        ExampleBatches batches = new ExampleSet(store, "train", 0, count).Batches(size);
        Assert.Equal(expected, string.Join(' ', batches.Select(batch => $"{batch.First}-{batch.End - 1}")));
        Assert.Equal(expected.Split(' ').Length, batches.Count);
        List<int> all = [];
        foreach (ExampleBatch batch in batches)
        {
            (int first, int number) = batch;
            Assert.Equal(Enumerable.Range(first, number), batch.Indices.ToArray());
            all.AddRange(batch.Indices);
        }

        Assert.Equal(Enumerable.Range(0, count), all);
    }

    [Fact]
    public void Part_of_a_set_is_cut_from_its_own_beginning()
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder);
        ExampleSet set = ExampleSet.Parse(store, "train");
        Assert.Equal([(3, 2), (5, 2), (7, 1)], set.Batches(3, 5, 2).Select(batch => (batch.First, batch.Count)));
        Assert.Empty(set.Batches(4, 0, 2));
        Assert.Equal(0, set.Batches(4, 0, 2).Count);
    }

    [Fact]
    public void Chosen_examples_are_cut_in_their_order()
    {
        List<int[]> found = [];
        foreach (ExampleBatch batch in new ExampleBatches([9, 2, 7, 4, 4], 2))
        {
            Assert.Equal(2 * found.Count, batch.First);
            found.Add(batch.Indices.ToArray());
        }

        Assert.Equal([[9, 2], [7, 4], [4]], found);
        Assert.Empty(new ExampleBatches([], 3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Batch_without_room_for_an_example_is_refused(int size)
    {
        using var folder = new TemporaryFolder();
        using ExampleStore store = TestStores.Make(folder);
        ExampleSet set = ExampleSet.Parse(store, "train");
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => set.Batches(size));
        Assert.Contains("at least 1", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Batches(-1, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Batches(0, -2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Batches(8, 3, 1));
    }

    [Fact]
    public void Going_through_many_batches_allocates_one_array()
    {
        var batches = new ExampleBatches(0, 100_000, 8);
        Sum(batches);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long sum = Sum(batches);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 100);
        Assert.Equal(99_999L * 100_000 / 2, sum);

        static long Sum(ExampleBatches batches)
        {
            long sum = 0;
            foreach (ExampleBatch batch in batches)
            {
                foreach (int index in batch.Indices)
                    sum += index;
            }

            return sum;
        }
    }
}
