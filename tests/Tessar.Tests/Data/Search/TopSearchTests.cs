using Tessar.Lenses.Data.Search;
using Tessar.Methods;

namespace Tessar.Tests.Data.Search;

public sealed class TopSearchTests
{
    private const int Rows = 1537;
    private const int Top = 20;

    /// <summary>Every block size with every number of threads; widths around chunks and vectors, targets around panels.</summary>
    public static TheoryData<int, int, int, int, bool> Shapes()
    {
        var shapes = new TheoryData<int, int, int, int, bool>();
        foreach (int block in new[] { 1, 7, 64, 1000, 5000 })
        {
            foreach (int threads in new[] { 1, 2 })
                shapes.Add(block, threads, 300, 21, true);
        }

        shapes.Add(64, 2, 1, 1, true);
        shapes.Add(64, 2, 255, 16, true);
        shapes.Add(64, 2, 256, 17, false);
        shapes.Add(100, 1, 513, 300, false);
        shapes.Add(100, 2, 48, 600, true);
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Bits_and_order_are_those_of_brute_force(int blockRows, int threads, int width, int queries, bool isHalf)
    {
        using var rows = new RandomRows(Rows, width, isHalf, seed: width) { ShardRows = 500 };
        double[] weights = Numbers(queries * width, 2);
        double[] factors = Numbers(Rows, 3);
        var question = new SearchQuestion { Queries = queries, Top = Top, RowFactors = factors };
        SearchAnswer answer = TopSearch.Run([new SearchPart(rows, weights)], question, blockRows, threads, new MethodContext());
        BruteForce.AssertSame(BruteForce.Scores([(rows, weights)], queries, factors), answer.Scores, Top);
        Assert.Null(answer.Groups);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(64, 1)]
    [InlineData(1000, 2)]
    public void Checkpoints_of_different_widths_scales_and_formats_are_averaged(int blockRows, int threads)
    {
        const int queries = 5;
        using RandomRows a = new(Rows, 300, true, seed: 1, scaleExponent: 7)
        {
            ShardRows = 400
        }, b = new(Rows, 40, false, seed: 2) { ShardRows = 350 };
        using var c = new RandomRows(Rows, 600, true, seed: 3, scaleExponent: -4);
        (RandomRows Rows, double[] Queries)[] parts = [
            (a, Numbers(queries * 300, 1)), (b, Numbers(queries * 40, 2)), (c, Numbers(queries * 600, 3))
        ];
        SearchAnswer answer = TopSearch.Run(
            [.. parts.Select(p => new SearchPart(p.Rows, p.Queries))], new SearchQuestion { Queries = queries, Top = Top },
            blockRows, threads, new MethodContext());
        BruteForce.AssertSame(BruteForce.Scores(parts, queries), answer.Scores, Top);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 2)]
    [InlineData(1000, 2)]
    public void Equal_scores_rank_by_the_smaller_row(int blockRows, int threads)
    {
        // Three kinds of rows only, and zeros.
        using var rows = new RandomRows(Rows, 8, false, seed: 1);
        for (int i = 0; i < Rows; i++)
        {
            for (int l = 0; l < 8; l++)
                rows[i, l] = l == 0 ? (i * 7 % 4) - 1 : 0;
        }

        double[] weights = [1, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        SearchAnswer answer = TopSearch.Run(
            [new SearchPart(rows, weights)], new SearchQuestion { Queries = 3, Top = 500 }, blockRows, threads,
            new MethodContext());
        BruteForce.AssertSame(BruteForce.Scores([(rows, weights)], 3), answer.Scores, 500);
        Assert.Equal(Enumerable.Range(0, 500), answer.Scores.Proponents(2).Select(x => x.Train));
        Assert.Equal(Enumerable.Range(0, 500), answer.Scores.Opponents(2).Select(x => x.Train));
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(64, 2)]
    public void Filter_leaves_rows_out(int blockRows, int threads)
    {
        using var rows = new RandomRows(Rows, 20, true, seed: 4) { ShardRows = 333 };
        double[] weights = Numbers(3 * 20, 5);
        static bool Keeps(int i) => i % 3 == 1 && i is < 200 or > 900;
        // A row that is left out may be damaged.
        rows[500, 3] = float.NaN;
        var question = new SearchQuestion { Queries = 3, Top = Top, Filter = new RowFilter(Rows, Keeps) };
        SearchAnswer answer = TopSearch.Run([new SearchPart(rows, weights)], question, blockRows, threads, new MethodContext());
        BruteForce.AssertSame(BruteForce.Scores([(rows, weights)], 3), answer.Scores, Top, Keeps);
    }

    [Fact]
    public void Fewer_rows_than_asked_for_are_all_kept()
    {
        using var rows = new RandomRows(9, 20, true, seed: 4);
        double[] weights = Numbers(20, 5);
        SearchAnswer answer = TopSearch.Run(
            [new SearchPart(rows, weights)], new SearchQuestion { Queries = 1, Top = 50 }, 4, 2, new MethodContext());
        Assert.Equal(9, answer.Scores.Proponents(0).Length);
        BruteForce.AssertSame(BruteForce.Scores([(rows, weights)], 1), answer.Scores, 50);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 2)]
    [InlineData(64, 2)]
    [InlineData(1000, 1)]
    public void Group_sums_have_the_same_bits_for_any_blocks_and_threads(int blockRows, int threads)
    {
        const int queries = 18, groups = 4;
        using var rows = new RandomRows(Rows, 30, true, seed: 6);
        double[] weights = Numbers(queries * 30, 7);
        int[] group = [.. Enumerable.Range(0, Rows).Select(i => i * i % 3)];
        var question = new SearchQuestion { Queries = queries, Top = 1, Groups = group, GroupCount = groups };
        GroupSums sums = TopSearch.Run(
            [new SearchPart(rows, weights)], question, blockRows, threads, new MethodContext()).Groups!;
        float[,] scores = BruteForce.Scores([(rows, weights)], queries);
        for (int j = 0; j < queries; j++)
        {
            for (int g = 0; g < groups; g++)
            {
                // 53 bits hold the sum of 1,537 such scores exactly when they are added as decimals.
                decimal exact = Enumerable.Range(0, Rows).Where(i => group[i] == g).Sum(i => (decimal)(double)scores[i, j]);
                Assert.Equal((double)exact, sums[j, g], 1e-12 * Enumerable.Range(0, Rows).Sum(i => Math.Abs(scores[i, j])));
            }
        }

        GroupSums again = TopSearch.Run([new SearchPart(rows, weights)], question, 33, 2, new MethodContext()).Groups!;
        Assert.All(
            Enumerable.Range(0, queries * groups),
            at => Assert.Equal(again[at / groups, at % groups], sums[at / groups, at % groups]));
    }

    [Theory]
    [InlineData(float.NaN, 1, 1)]
    [InlineData(float.NaN, 64, 2)]
    [InlineData(float.PositiveInfinity, 7, 2)]
    [InlineData(float.NegativeInfinity, 1000, 2)]
    public void First_row_that_is_not_finite_is_named(float value, int blockRows, int threads)
    {
        using var rows = new RandomRows(Rows, 20, true, seed: 4);
        foreach (int row in new[] { 1536, 800, 311, 312 })
            rows[row, 19] = value;
        double[] weights = Numbers(3 * 20, 5);
        NumericalException e = Assert.Throws<NumericalException>(() => TopSearch.Run(
            [new SearchPart(rows, weights)], new SearchQuestion { Queries = 3, Top = Top }, blockRows, threads,
            new MethodContext()));
        Assert.Contains("train example 311 on target 0", e.Message, StringComparison.Ordinal);
        Assert.Contains("Row 311 of random rows", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Query_that_is_not_finite_is_named()
    {
        using var rows = new RandomRows(5, 2, true, seed: 4);
        NumericalException e = Assert.Throws<NumericalException>(() => TopSearch.Run(
            [new SearchPart(rows, new double[] { 1, 2, 3, double.NaN })], new SearchQuestion { Queries = 2, Top = 1 }, 5, 1,
            new MethodContext()));
        Assert.Contains("target 1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tiny_and_huge_queries_lose_nothing()
    {
        using var rows = new RandomRows(200, 50, true, seed: 4);
        double[] plain = Numbers(2 * 50, 5);
        var question = new SearchQuestion { Queries = 2, Top = 10, RowFactors = [.. Enumerable.Repeat(Math.Pow(2, 200), 200)] };
        SearchAnswer tiny = TopSearch.Run(
            [new SearchPart(rows, Array.ConvertAll(plain, x => x * Math.Pow(2, -200)))], question, 64, 1, new MethodContext());
        BruteForce.AssertSame(BruteForce.Scores([(rows, plain)], 2), tiny.Scores, 10);
    }

    [Fact]
    public void Sixteen_bits_keep_nineteen_of_the_twenty_strongest()
    {
        using RandomRows half = new(Rows, 512, true, seed: 8), single = new(Rows, 512, false, seed: 8);
        double[] weights = Numbers(10 * 512, 9);
        TopScores Of(RandomRows rows) =>
            TopSearch.Run(
                [new SearchPart(rows, weights)], new SearchQuestion { Queries = 10, Top = 20 }, 64, 2,
                new MethodContext()).Scores;
        (TopScores a, TopScores b) = (Of(half), Of(single));
        for (int j = 0; j < 10; j++)
        {
            Assert.InRange(a.Proponents(j).Select(x => x.Train).Intersect(b.Proponents(j).Select(x => x.Train)).Count(), 19, 20);
            Assert.InRange(a.Opponents(j).Select(x => x.Train).Intersect(b.Opponents(j).Select(x => x.Train)).Count(), 19, 20);
        }
    }

    [Fact]
    public void Progress_rises_to_the_number_of_rows_and_cancellation_stops()
    {
        using var rows = new RandomRows(Rows, 20, true, seed: 4);
        SearchPart[] parts = [new SearchPart(rows, Numbers(20, 5))];
        var question = new SearchQuestion { Queries = 1, Top = 1 };
        List<long> done = [];
        TopSearch.Run(
            parts, question, 100, 2, new MethodContext { Progress = new Listener<MethodProgress>(p => done.Add(p.Done)) });
        Assert.Equal(done.Order(), done);
        Assert.Equal(Rows, done[^1]);
        using var source = new CancellationTokenSource();
        var stopping = new MethodContext
        {
            Cancellation = source.Token,
            Progress = new Listener<MethodProgress>(_ => source.Cancel())
        };
        Assert.Throws<OperationCanceledException>(() => TopSearch.Run(parts, question, 100, 2, stopping));
    }

    [Fact]
    public void Parts_that_do_not_fit_together_are_refused()
    {
        using RandomRows a = new(10, 4, true, 1), b = new(11, 4, true, 1);
        var question = new SearchQuestion { Queries = 1, Top = 1 };
        Assert.Throws<ArgumentException>(() =>
            TopSearch.Run([new(a, new double[4]), new(b, new double[4])], question, 1, 1, new MethodContext()));
        Assert.Throws<ArgumentException>(() => TopSearch.Run([new(a, new double[5])], question, 1, 1, new MethodContext()));
        Assert.Throws<ArgumentException>(() =>
            TopSearch.Run([new(a, new double[4])], question with { RowFactors = [1] }, 1, 1, new MethodContext()));
        Assert.Throws<ArgumentException>(() =>
            TopSearch.Run([new(a, new double[4])], question with { Groups = new int[10] }, 1, 1, new MethodContext()));
        Assert.Throws<ArgumentException>(() =>
            TopSearch.Run(
                [new(a, new double[4])], question with { Filter = new RowFilter(9, _ => true) }, 1, 1, new MethodContext()));
    }

    private static double[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (double)(float)(random.NextDouble() - 0.5))];
    }
}
