using CsCheck;
using Tessar.Examples;

namespace Tessar.Tests.Examples;

public sealed class RandomStreamTests
{
    [Fact]
    public void Numbers_never_change_between_versions()
    {
        // Computed by a second implementation, in Python: runs and overlays written earlier must be reproducible.
        var random = new RandomStream(1, "batch order", 2, 3);
        uint[] words = [random.NextUInt32(), random.NextUInt32(), random.NextUInt32(), random.NextUInt32(), random.NextUInt32()];
        Assert.Equal([3554005813u, 1549725276u, 1214296958u, 2040909535u, 3227755085u], words);
    }

    [Fact]
    public void Streams_differ_when_any_of_the_four_keys_differs()
    {
        RandomStream[] streams =
        [
            new(1, "a"), new(2, "a"), new(1, "b"), new(1, "a", 1), new(1, "a", 0, 1), new(1, "a", 1, 1), new(1, "a", -1),
            new(1, "a", 0, -1),
        ];
        Assert.Equal(streams.Length, streams.Select(stream => stream.NextUInt64()).Distinct().Count());
    }

    [Fact]
    public void Same_keys_give_the_same_numbers() => Gen.Select(Gen.ULong, Gen.String, Gen.Long, Gen.Long).Sample(
        (seed, purpose, a, b) =>
        {
            var first = new RandomStream(seed, purpose, a, b);
            var second = new RandomStream(seed, purpose, a, b);
            return Enumerable.Range(0, 9).All(_ => first.NextUInt32() == second.NextUInt32());
        },
        iter: 200);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(10)]
    public void Integers_below_a_bound_are_uniform(int bound)
    {
        const int Draws = 70_000;
        var random = new RandomStream(5, "uniformity", bound);
        var counts = new int[bound];
        for (int i = 0; i < Draws; i++)
        {
            counts[random.NextInt32(bound)]++;
        }

        double expected = (double)Draws / bound;
        double deviation = Math.Sqrt(expected * (1 - (1.0 / bound)));
        Assert.All(counts, count => Assert.InRange(Math.Abs(count - expected), 0, (5 * deviation) + 1e-9));
    }

    [Fact]
    public void Large_bounds_have_no_bias()
    {
        // The bound goes 8/3 times into 2^32: without rejection x mod 3 would be 0 in 3 of 8 draws instead of 1 of 3.
        const int Bound = 3 << 29;
        var random = new RandomStream(5, "large bound");
        long low = 0;
        const int Draws = 100_000;
        for (int i = 0; i < Draws; i++)
        {
            int x = random.NextInt32(Bound);
            Assert.InRange(x, 0, Bound - 1);
            low += x % 3 == 0 ? 1 : 0;
        }

        double deviation = Math.Sqrt(Draws * (1.0 / 3) * (2.0 / 3));
        Assert.InRange(low, (Draws / 3.0) - (5 * deviation), (Draws / 3.0) + (5 * deviation));
    }

    [Fact]
    public void Fractions_lie_in_the_unit_interval_with_the_moments_of_uniform_numbers()
    {
        const int Draws = 100_000;
        var random = new RandomStream(9, "fractions");
        double sum = 0, squares = 0, singles = 0;
        for (int i = 0; i < Draws; i++)
        {
            double x = random.NextDouble();
            float y = random.NextSingle();
            Assert.True(x is >= 0 and < 1 && y is >= 0 and < 1);
            sum += x;
            squares += x * x;
            singles += y;
        }

        double error = 5 * Math.Sqrt(1.0 / 12 / Draws);
        Assert.InRange(sum / Draws, 0.5 - error, 0.5 + error);
        Assert.InRange(singles / Draws, 0.5 - error, 0.5 + error);
        Assert.InRange(squares / Draws, (1.0 / 3) - error, (1.0 / 3) + error);
    }

    [Fact]
    public void Shuffle_reaches_every_order_equally_often()
    {
        const int Draws = 24_000;
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < Draws; i++)
        {
            char[] items = ['a', 'b', 'c', 'd'];
            new RandomStream(3, "orders", i).Shuffle(items.AsSpan());
            string order = new(items);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        // χ² with 23 degrees of freedom: mean 23, variance 46; five standard deviations above.
        Assert.Equal(24, counts.Count);
        double statistic = counts.Values.Sum(count => (count - 1000.0) * (count - 1000.0) / 1000);
        Assert.InRange(statistic, 0, 23 + (5 * Math.Sqrt(46)));
    }

    [Fact]
    public void Bounds_below_one_are_refused()
    {
        var random = new RandomStream(1, "x");
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextInt32(0));
        Assert.Throws<ArgumentNullException>(() => new RandomStream(1, null!));
    }
}
