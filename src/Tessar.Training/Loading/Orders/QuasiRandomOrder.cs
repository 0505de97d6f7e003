using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Training.Loading.Orders;

/// <summary>A random order that reads only a few pages of the file at a time: for data larger than memory.</summary>
/// <remarks>
/// The pages are shuffled; a pool holds the first M of them. Each place of the order is the next example, in a shuffled order of
/// its own, of a page drawn uniformly from the pool; a page that is used up makes room for the next one. An example that spans
/// pages belongs to the first. Memory: the indices of the examples in the pool. Source: the quasi-random order of FFCV,
/// arXiv:2306.12517, section 3.
/// </remarks>
[Order("quasi-random")]
[Setting("pages", 0, "pages of the file that are open at once; 0 for twice the batch size", Below = 1 << 24, IsWhole = true)]
internal sealed class QuasiRandomOrder(NamedSettings settings) : ExampleOrder(settings)
{
    private readonly int pages = (int)settings["pages"];

    public override EpochSequence Open(OrderedData data, ulong seed, int epoch) =>
        new Pool(PageRanges.Of(data), pages == 0 ? 2 * data.BatchSize : pages, seed, epoch);

    private sealed class Pool : EpochSequence
    {
        private readonly IReadOnlyList<PageRange> ranges;
        private readonly int[] order;
        private readonly List<OpenPage> open;
        private readonly RandomStream draws;
        private readonly (ulong Seed, int Epoch) key;
        private int entered;
        private long position;

        public Pool(IReadOnlyList<PageRange> ranges, int size, ulong seed, int epoch)
        {
            this.ranges = ranges;
            key = (seed, epoch);
            order = new int[ranges.Count];
            for (int i = 0; i < order.Length; i++)
                order[i] = i;
            new RandomStream(seed, "page order", epoch).Shuffle<int>(order);
            draws = new RandomStream(seed, "page pool", epoch);
            int largest = ranges.Max(range => range.Count);
            open = new List<OpenPage>(Math.Min(size, order.Length));
            while (open.Count < size && entered < order.Length)
            {
                var page = new OpenPage(largest);
                Enter(page);
                open.Add(page);
            }
        }

        public override void Read(long first, Span<int> indices)
        {
            for (; position < first; position++)
                Next();
            for (int i = 0; i < indices.Length; i++, position++)
                indices[i] = Next();
        }

        private int Next()
        {
            int drawn = draws.NextInt32(open.Count);
            OpenPage page = open[drawn];
            int index = page.Next();
            if (!page.IsUsedUp)
                return index;
            if (entered < order.Length)
            {
                Enter(page);
            }
            else
            {
                open[drawn] = open[^1];
                open.RemoveAt(open.Count - 1);
            }

            return index;
        }

        private void Enter(OpenPage page)
        {
            int number = order[entered++];
            page.Fill(ranges[number], new RandomStream(key.Seed, "order in a page", key.Epoch, number));
        }
    }

    private sealed class OpenPage(int most)
    {
        private readonly int[] indices = new int[most];
        private int count;
        private int next;

        public bool IsUsedUp => next == count;

        public int Next() => indices[next++];

        public void Fill(PageRange range, RandomStream random)
        {
            (count, next) = (range.Count, 0);
            for (int i = 0; i < count; i++)
                indices[i] = range.First + i;
            random.Shuffle(indices.AsSpan(0, count));
        }
    }
}
