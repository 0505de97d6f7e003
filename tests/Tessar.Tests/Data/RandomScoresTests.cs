using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Methods;

namespace Tessar.Tests.Data;

public sealed class RandomScoresTests : IDisposable
{
    private static readonly MethodContext _context = new();
    private readonly SmallRun _small = new("logistic");

    public void Dispose() => _small.Dispose();

    // 1,800 draws: mean 0 within 5/√N, variance 1 within 5√(2/N), the tails of a normal one, and no correlation between
    // neighbours.
    [Fact]
    public void Scores_are_standard_normal_and_independent()
    {
        double[] draws = [.. Score(seed: 0, _context).Scores.ToArray().Select(s => (double)s)];
        int n = draws.Length;
        Assert.Equal(1800, n);
        Assert.InRange(draws.Average(), -5 / Math.Sqrt(n), 5 / Math.Sqrt(n));
        Assert.InRange(draws.Average(d => d * d), 1 - 5 * Math.Sqrt(2.0 / n), 1 + 5 * Math.Sqrt(2.0 / n));
        double beyond = draws.Count(d => Math.Abs(d) > 1.959964) / (double)n;
        Assert.InRange(beyond, 0.05 - 5 * Math.Sqrt(0.05 * 0.95 / n), 0.05 + 5 * Math.Sqrt(0.05 * 0.95 / n));
        foreach (int lag in new[] { 1, SmallRun.TestCount })
            Assert.InRange(draws.Skip(lag).Zip(draws, (a, b) => a * b).Average(), -5 / Math.Sqrt(n), 5 / Math.Sqrt(n));
    }

    [Fact]
    public void Seed_of_the_option_or_else_of_the_context_changes_everything()
    {
        float[] zero = Score(0, _context).Scores.ToArray();
        Assert.Equal(zero, Score(0, _context).Scores.ToArray());
        float[] byOption = Score(1, _context).Scores.ToArray();
        float[] byContext = Score(null, new MethodContext { Seed = 2 }).Scores.ToArray();
        foreach ((float[] a, float[] b) in new[] { (zero, byOption), (zero, byContext), (byOption, byContext) })
            Assert.DoesNotContain(true, a.Zip(b, (x, y) => x == y));
        Assert.Equal(byOption, Score(1, new MethodContext { Seed = 2 }).Scores.ToArray());
        Assert.Equal(byOption, Score(null, new MethodContext { Seed = 1 }).Scores.ToArray());
    }

    // A pair keeps its score whatever else is asked about.
    [Fact]
    public void Score_belongs_to_the_pair()
    {
        AttributionMatrix all = Score(3, _context);
        AttributionMatrix part = new RandomScores(new RandomScoresOptions { Seed = 3 }).Score(
            _small.View, new ExampleSet(_small.Store, "train", 20, 5), new ExampleSet(_small.Store, "test", 4, 2), _context);
        for (int i = 0; i < 5; i++)
            Assert.Equal((all[20 + i, 4], all[20 + i, 5]), (part[i, 0], part[i, 1]));
    }

    private AttributionMatrix Score(ulong? seed, MethodContext context) =>
        new RandomScores(new RandomScoresOptions { Seed = seed }).Score(_small.View, _small.Train, _small.Test, context);
}
