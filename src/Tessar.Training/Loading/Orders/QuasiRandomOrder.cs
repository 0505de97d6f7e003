using Tessar.Examples;
using Tessar.Named;
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
    private readonly int _pages = (int)settings["pages"];

    public override EpochSequence Open(OrderedData data, ulong seed, int epoch) =>
        new Pool(PageRanges.Of(data), _pages == 0 ? 2 * data.BatchSize : _pages, seed, epoch);

    private sealed class Pool : EpochSequence
    {
        private readonly IReadOnlyList<PageRange> _ranges;
        private readonly int[] _order;
        private readonly List<OpenPage> _open;
        private readonly RandomStream _draws;
        private readonly (ulong Seed, int Epoch) _key;
        private int _entered;
        private long _position;

        public Pool(IReadOnlyList<PageRange> ranges, int size, ulong seed, int epoch)
        {
            _ranges = ranges;
            _key = (seed, epoch);
            _order = new int[ranges.Count];
            for (int i = 0; i < _order.Length; i++)
                _order[i] = i;
            new RandomStream(seed, "page order", epoch).Shuffle<int>(_order);
            _draws = new RandomStream(seed, "page pool", epoch);
            int largest = ranges.Max(range => range.Count);
            _open = new List<OpenPage>(Math.Min(size, _order.Length));
            while (_open.Count < size && _entered < _order.Length)
            {
                var page = new OpenPage(largest);
                Enter(page);
                _open.Add(page);
            }
        }

        public override void Read(long first, Span<int> indices)
        {
            for (; _position < first; _position++)
                Next();
            for (int i = 0; i < indices.Length; i++, _position++)
                indices[i] = Next();
        }

        private int Next()
        {
            int drawn = _draws.NextInt32(_open.Count);
            OpenPage page = _open[drawn];
            int index = page.Next();
            if (!page.IsUsedUp)
                return index;
            if (_entered < _order.Length)
            {
                Enter(page);
            }
            else
            {
                _open[drawn] = _open[^1];
                _open.RemoveAt(_open.Count - 1);
            }

            return index;
        }

        private void Enter(OpenPage page)
        {
            int number = _order[_entered++];
            page.Fill(_ranges[number], new RandomStream(_key.Seed, "order in a page", _key.Epoch, number));
        }
    }

    private sealed class OpenPage(int most)
    {
        private readonly int[] _indices = new int[most];
        private int _count;
        private int _next;

        public bool IsUsedUp => _next == _count;

        public int Next() => _indices[_next++];

        public void Fill(PageRange range, RandomStream random)
        {
            (_count, _next) = (range.Count, 0);
            for (int i = 0; i < _count; i++)
                _indices[i] = range.First + i;
            random.Shuffle(_indices.AsSpan(0, _count));
        }
    }
}
