using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using Tessar.Runs;

namespace Tessar.Tests.Data;

public sealed class TrakTests
{
    private static readonly MethodContext _context = new();

    // With k at the number of parameters the sketch is still random; without projection it is the definition itself.
    [Theory]
    [InlineData("logistic")]
    [InlineData("mlp")]
    [InlineData("cnn")]
    public void Exact_scores_follow_the_definition(string model)
    {
        using var small = new SmallRun(model);
        ExampleSet train = new(small.Store, "train", 0, 40);
        var options = new TrakOptions { Projection = TrakProjection.None };
        AttributionMatrix scores = new Trak(options).Score(small.View, train, small.Test, _context);
        double[,] expected = Reference.Trak(small.View, train, small.Test, 0.3);
        AssertClose(expected, scores, 1e-4);
        float[] self = new Trak(options).SelfInfluence(small.View, train, _context);
        double[,] own = Reference.Trak(small.View, train, train, 0.3);
        for (int i = 0; i < train.Count; i++)
            Assert.Equal(own[i, i], self[i], 1e-4 * Math.Abs(own[i, i]) + 1e-7);
    }

    [Theory]
    [InlineData("mlp", 4096)]
    [InlineData("cnn", 4096)]
    public void Sketched_scores_correlate_with_the_exact_ones(string model, int width)
    {
        using var small = new SmallRun(model);
        AttributionMatrix exact = new Trak(new TrakOptions { Projection = TrakProjection.None })
            .Score(small.View, small.Train, small.Test, _context);
        AttributionMatrix sketched = new Trak(new TrakOptions { ProjectionDimension = width })
            .Score(small.View, small.Train, small.Test, _context);
        Assert.InRange(Correlation(exact, sketched), 0.9, 1);
        Assert.Equal(width, sketched.Report.ProjectionDimension);
    }

    [Fact]
    public void Two_checkpoints_average_factor_and_kernel_separately()
    {
        using var small = new SmallRun("logistic");
        Run second = small.Add("second", "logistic", seed: 2);
        var options = new TrakOptions { Projection = TrakProjection.None };
        RunView both = new(small.Run, second);
        AssertClose(
            Reference.Trak(both, small.Train, small.Test, 0.3),
            new Trak(options).Score(both, small.Train, small.Test, _context), 1e-4);
        RunView reversed = new(second, small.Run);
        AttributionMatrix forward = new Trak(options).Score(both, small.Train, small.Test, _context);
        AttributionMatrix backward = new Trak(options).Score(reversed, small.Train, small.Test, _context);
        Assert.Equal(1, Correlation(forward, backward), 1e-9);
    }

    [Fact]
    public void Copies_of_a_training_example_score_alike()
    {
        using var small = new SmallRun("cnn", duplicateFirst: true);
        AttributionMatrix scores = new Trak(new TrakOptions { ProjectionDimension = 512 })
            .Score(small.View, small.Train, small.Test, _context);
        for (int j = 0; j < scores.TargetCount; j++)
            Assert.Equal(scores[0, j], scores[1, j], 1e-5 * Math.Abs(scores[0, j]) + 1e-9);
    }

    [Fact]
    public void Second_call_reuses_the_store_and_gives_the_same_bits()
    {
        using var small = new SmallRun("mlp");
        var trak = new Trak(new TrakOptions { ProjectionDimension = 256 });
        AttributionMatrix first = trak.Score(small.View, small.Train, small.Test, _context);
        AttributionMatrix second = trak.Score(small.View, small.Train, small.Test, _context);
        Assert.Equal(SmallRun.TrainCount, first.Report.ExamplesComputed);
        Assert.Equal(0, second.Report.ExamplesComputed);
        Assert.Equal(first.Scores.ToArray(), second.Scores.ToArray());
    }

    [Fact]
    public void Other_seed_gives_another_projection()
    {
        using var small = new SmallRun("mlp");
        AttributionMatrix one = new Trak(new TrakOptions { ProjectionDimension = 256 })
            .Score(small.View, small.Train, small.Test, _context);
        AttributionMatrix other = new Trak(new TrakOptions { ProjectionDimension = 256, Seed = 1 })
            .Score(small.View, small.Train, small.Test, _context);
        Assert.NotEqual(one.Scores.ToArray(), other.Scores.ToArray());
    }

    [Fact]
    public void Sixteen_bits_find_the_same_examples_as_thirty_two()
    {
        using var small = new SmallRun("cnn");
        AttributionMatrix half = new Trak(new TrakOptions { ProjectionDimension = 1024 })
            .Score(small.View, small.Train, small.Test, _context);
        AttributionMatrix full = new Trak(new TrakOptions { ProjectionDimension = 1024, NumberFormat = NumberFormat.F32 })
            .Score(small.View, small.Train, small.Test, _context);
        for (int j = 0; j < half.TargetCount; j++)
        {
            int shared = half.Proponents(j, 20).Select(p => p.Train).Intersect(full.Proponents(j, 20).Select(p => p.Train))
                .Count();
            Assert.InRange(shared, 19, 20);
        }
    }

    [Fact]
    public void Batch_size_does_not_change_scores()
    {
        using var small = new SmallRun("cnn");
        AttributionMatrix a =
            new Trak(new TrakOptions { ProjectionDimension = 512, BatchSize = 7, NumberFormat = NumberFormat.F32 })
            .Score(small.View, small.Train, small.Test, _context);
        AttributionMatrix b =
            new Trak(new TrakOptions { ProjectionDimension = 512, BatchSize = 150, NumberFormat = NumberFormat.F32 })
            .Score(small.View, small.Train, small.Test, _context);
        float scale = a.Scores.ToArray().Max(Math.Abs);
        Assert.All(a.Scores.ToArray().Zip(b.Scores.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * scale));
    }

    [Fact]
    public void Width_beyond_the_number_of_parameters_is_refused()
    {
        using var small = new SmallRun("logistic");
        TessarException e = Assert.Throws<TessarException>(() =>
            new Trak(new TrakOptions { ProjectionDimension = 1000 }).Score(small.View, small.Train, small.Test, _context));
        Assert.Equal(ErrorKind.Usage, e.Kind);
        Assert.Contains("projection-dimension is 1000, more than the 195 parameters", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damping_of_zero_with_equal_examples_is_refused()
    {
        using var small = new SmallRun("mlp", duplicateFirst: true);
        var trak = new Trak(new TrakOptions { ProjectionDimension = 2048, Damping = 0 });
        NumericalException e = Assert.Throws<NumericalException>(() => trak.Score(small.View, small.Train, small.Test, _context));
        Assert.Contains("singular", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_beyond_the_memory_budget_are_refused_before_anything_starts()
    {
        using var small = new SmallRun("mlp");
        TessarException e = Assert.Throws<TessarException>(() =>
            new Trak(new TrakOptions()).Score(small.View, small.Train, small.Test, _context with { MemoryBudget = 1000 }));
        Assert.Equal(ErrorKind.Environment, e.Kind);
        Assert.Contains("21,600 bytes", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TrakProjection.Sketch)]
    [InlineData(TrakProjection.None)]
    [InlineData(TrakProjection.Landmarks)]
    public void Native_memory_balances(TrakProjection projection)
    {
        using var small = new SmallRun("cnn");
        var trak = new Trak(new TrakOptions { ProjectionDimension = 100, Projection = projection });
        // Each of the two calls builds the model once: 8 parameters.
        TensorBalance.HoldsButFor(16, () =>
        {
            trak.Score(small.View, small.Train, small.Test, _context);
            trak.SelfInfluence(small.View, small.Train, _context);
        });
    }

    [Fact]
    public void Call_after_a_cancelled_one_gives_the_same_scores()
    {
        using var small = new SmallRun("mlp");
        var options = new TrakOptions { ProjectionDimension = 256, BatchSize = 10 };
        using var stop = new CancellationTokenSource();
        var progress = new CancelAt(stop, 60);
        Assert.ThrowsAny<OperationCanceledException>(() => new Trak(options).Score(
            small.View, small.Train, small.Test, _context with { Cancellation = stop.Token, Progress = progress }));
        AttributionMatrix resumed = new Trak(options).Score(small.View, small.Train, small.Test, _context);
        using var other = new SmallRun("mlp");
        AttributionMatrix straight = new Trak(options).Score(other.View, other.Train, other.Test, _context);
        Assert.Equal(straight.Scores.ToArray(), resumed.Scores.ToArray());
    }

    private static void AssertClose(double[,] expected, AttributionMatrix found, double tolerance)
    {
        double scale = expected.Cast<double>().Max(Math.Abs);
        for (int i = 0; i < found.TrainCount; i++)
        {
            for (int j = 0; j < found.TargetCount; j++)
                Assert.Equal(expected[i, j], found[i, j], tolerance * scale);
        }
    }

    private static double Correlation(AttributionMatrix a, AttributionMatrix b)
    {
        float[] x = a.Scores.ToArray(), y = b.Scores.ToArray();
        double mx = x.Average(), my = y.Average();
        double xy = x.Zip(y, (s, t) => (s - mx) * (t - my)).Sum();
        return xy / Math.Sqrt(x.Sum(s => (s - mx) * (s - mx)) * y.Sum(t => (t - my) * (t - my)));
    }

    private sealed class CancelAt(CancellationTokenSource stop, int done) : IProgress<MethodProgress>
    {
        public void Report(MethodProgress value)
        {
            if (value.Done >= done)
                stop.Cancel();
        }
    }
}
