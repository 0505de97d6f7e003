using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation.Removal;

namespace Tessar.Tests.Data.Evaluation.Removal;

public sealed class BrittlenessTests
{
    [Fact]
    public void Shares_difference_and_ratio_are_counts()
    {
        Brittleness found = Brittleness.Of(
            [true, true, true, false], [[true, false, false, false], [false, false, false, false]], seed: 1);
        Assert.Equal(
            (0.75, 0.125, 0.625, 6.0), (found.Flipped.Value, found.Random.Value, found.Difference.Value, found.Ratio.Value));
        Assert.InRange(found.Flipped.Value, found.Flipped.Low, found.Flipped.High);
        Assert.InRange(found.Difference.Value, found.Difference.Low, found.Difference.High);
    }

    [Fact]
    public void Ratio_to_nothing_is_infinite_and_nothing_to_nothing_isnt_a_number()
    {
        Brittleness some = Brittleness.Of([true, false], [[false, false]], 1), none = Brittleness.Of(
            [false, false], [[false, false]], 1);
        Assert.True(double.IsPositiveInfinity(some.Ratio.Value));
        Assert.True(double.IsNaN(none.Ratio.Value) && double.IsNaN(none.Ratio.Low));
        Assert.Equal((0.0, 0.0, 0.0), (none.Flipped.Value, none.Flipped.Low, none.Flipped.High));
    }

    // p = 0.4 of 100 independent targets: 1.96·√(p(1 − p)/100) on either side.
    [Fact]
    public void Interval_is_that_of_a_share()
    {
        bool?[] flipped = [.. Enumerable.Range(0, 100).Select(q => (bool?)(q < 40))], never = new bool?[100];
        Array.Fill(never, false);
        Brittleness found = Brittleness.Of(flipped, [never], 1);
        Assert.Equal(2 * 1.96 * Math.Sqrt(0.4 * 0.6 / 100), found.Flipped.High - found.Flipped.Low, 0.03);
    }

    // Random removals that differ from draw to draw: their spread counts, that of targets alone would be nothing.
    [Fact]
    public void Interval_of_random_removal_covers_the_draws()
    {
        bool?[] all = [.. Enumerable.Repeat<bool?>(true, 50)], none = [.. Enumerable.Repeat<bool?>(false, 50)];
        Brittleness found = Brittleness.Of(all, [all, none, none, all, none], 1);
        Assert.Equal(0.4, found.Random.Value, 1e-12);
        Assert.True(found.Random.High - found.Random.Low > 0.3);
    }

    [Fact]
    public void Targets_and_draws_without_a_model_are_left_out()
    {
        Brittleness found = Brittleness.Of([true, null, false], [[null, null, null], [true, true, false]], 1);
        Assert.Equal((2, 0.5, 0.5), (found.Targets, found.Flipped.Value, found.Random.Value));
        Assert.Throws<TessarException>(() => Brittleness.Of([null], [[true]], 1));
        Assert.Throws<ArgumentException>(() => Brittleness.Of([true], [[true, false]], 1));
        Assert.Throws<ArgumentException>(() => Brittleness.Of([true], [], 1));
    }

    [Fact]
    public void Smallest_of_a_grid_says_when_flips_come_and_go()
    {
        Assert.Equal((20, true), Brittleness.SmallestOf([0, 10, 20, 40], [false, false, true, true]));
        Assert.Equal((10, false), Brittleness.SmallestOf([0, 10, 20, 40], [false, true, false, true]));
        Assert.Equal((0, true), Brittleness.SmallestOf([0, 10], [true, true]));
        Assert.Equal(((int?)null, true), Brittleness.SmallestOf([0, 10], [false, false]));
    }

    // Every threshold and limit: found exactly, verified on both sides, in logarithmically many questions.
    [Fact]
    public void Search_finds_every_threshold_of_monotone_flips()
    {
        foreach (int limit in (int[])[1, 2, 7, 64, 100])
        {
            for (int threshold = 1; threshold <= limit + 1; threshold++)
            {
                var search = new FlipSearch(limit);
                while (search.Next is { } k)
                {
                    Assert.InRange(k, 0, limit);
                    search.Answer(k >= threshold);
                }

                Assert.Equal(threshold <= limit ? threshold : null, search.Smallest);
                Assert.True(search.IsMonotone);
                Assert.InRange(search.Answers, 1, 2 * (int)Math.Ceiling(Math.Log2(limit + 1)) + 3);
            }
        }
    }

    [Fact]
    public void Search_takes_the_smaller_one_when_it_flips_too()
    {
        // The single training says 6; all seeds say that 5 flips as well.
        FlipSearch search = Run(limit: 50, first: k => k >= 6, verified: k => k >= 3);
        Assert.Equal((5, false), (search.Smallest, search.IsMonotone));
    }

    [Fact]
    public void Search_goes_on_when_what_it_found_does_not_hold()
    {
        FlipSearch search = Run(limit: 50, first: k => k >= 6, verified: k => k >= 10);
        Assert.Equal((14, false), (search.Smallest, search.IsMonotone)); // 6, 9, 14: the first that holds
        search = Run(limit: 8, first: k => k >= 6, verified: _ => false);
        Assert.Equal(((int?)null, false), (search.Smallest, search.IsMonotone));
        Assert.Throws<InvalidOperationException>(() => search.Answer(true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlipSearch(0));
    }

    // Whatever the answers, it ends, and what it names was verified to flip.
    [Fact]
    public void Search_ends_on_any_answers()
    {
        for (int trial = 0; trial < 500; trial++)
        {
            var random = new RandomStream(4, "search", trial);
            var search = new FlipSearch(1 + random.NextInt32(200));
            HashSet<int> verified = [];
            while (search.Next is { } k)
            {
                bool isFlipped = random.NextInt32(2) == 0;
                if (search.IsVerification && isFlipped)
                    verified.Add(k);
                search.Answer(isFlipped);
                Assert.InRange(search.Answers, 1, 60);
            }

            Assert.True(search.Smallest is not { } smallest || verified.Contains(smallest));
        }
    }

    private static FlipSearch Run(int limit, Func<int, bool> first, Func<int, bool> verified)
    {
        var search = new FlipSearch(limit);
        while (search.Next is { } k)
            search.Answer(search.IsVerification ? verified(k) : first(k));
        return search;
    }
}
