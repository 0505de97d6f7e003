using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Tests.Data.UserModels;

namespace Tessar.Tests.Data;

public sealed class GrassTests : IDisposable
{
    private static readonly MethodContext _context = new();
    private readonly SmallRun _small = new(TinyConvolution.Source);

    public void Dispose() => _small.Dispose();

    // Wider than every layer: no mask, no sketch; one kernel per layer by dense inverses.
    [Theory]
    [InlineData(0.3, 150)]
    [InlineData(0.01, 20)]
    public void Scores_without_sketch_are_those_of_one_kernel_per_layer(double damping, int count)
    {
        ExampleSet train = new(_small.Store, "train", 0, count);
        AttributionMatrix scores = new Grass(new GrassOptions { Damping = damping })
            .Score(_small.View, train, _small.Test, _context);
        AssertClose(LayerwiseReference.Trak(_small.View.Checkpoints[0], train, _small.Test, damping), scores, 1e-4);
        Assert.Equal(1, Assert.Single(scores.Report.Checks).Value, 1e-5);
        Assert.Equal(3, scores.Report.Damping.Count);
    }

    [Fact]
    public void One_kernel_without_sketch_is_trak_without_projection()
    {
        AttributionMatrix scores = Score(new GrassOptions { Kernel = GrassKernel.Whole });
        AssertClose(Reference.Trak(_small.View, _small.Train, _small.Test, 0.3), scores, 1e-4);
        Assert.Equal("whole", scores.Report.Projection);
        Assert.Single(scores.Report.Damping);
    }

    // The mean of many sketched kernels isn't the exact one, but a wide sketch has to come close to it, and a masked one less so.
    [Fact]
    public void Wide_sketches_come_close_to_the_exact_scores()
    {
        double[] exact = [.. Score(new GrassOptions { Kernel = GrassKernel.Whole }).Scores.ToArray().Select(s => (double)s)];
        double wide = Correlation(
            exact, new GrassOptions { Kernel = GrassKernel.Whole, ProjectionDimension = 200, MaskRatio = 4 });
        double narrow = Correlation(
            exact, new GrassOptions { Kernel = GrassKernel.Whole, ProjectionDimension = 8, MaskRatio = 1 });
        Assert.InRange(wide, 0.8, 1);
        Assert.True(narrow < wide);
    }

    [Theory]
    [InlineData(GrassKernel.Layer)]
    [InlineData(GrassKernel.Whole)]
    public void Batch_size_memory_and_threads_do_not_matter(GrassKernel kernel)
    {
        var options = new GrassOptions { Kernel = kernel, ProjectionDimension = 16 };
        float[] one = Score(options).Scores.ToArray();
        float scale = one.Max(Math.Abs);
        Assert.True(scale > 0);
        float[] small = Score(options with { BatchSize = 7 }).Scores.ToArray();
        Assert.All(one.Zip(small), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * scale));
        // Too little memory for the rows: they lie in a file meanwhile, with the same bits.
        long rows = (kernel == GrassKernel.Layer ? 3 : 1) * 16 * 150 * sizeof(float);
        float[] inFile = new Grass(options)
            .Score(
                _small.View, _small.Train, _small.Test, _context with { MemoryBudget = Math.Max(22_000, rows) }).Scores.ToArray();
        Assert.Equal(one, inFile);
        string folder = Path.Combine(_small.Run.Directory, "results", "data", "grass");
        Assert.Equal(kernel == GrassKernel.Layer, Directory.Exists(folder));
        Assert.True(!Directory.Exists(folder) || Directory.GetFiles(folder).Length == 0);
    }

    [Fact]
    public void Self_influence_is_the_score_on_oneself_and_seeds_change_sketches()
    {
        var options = new GrassOptions { ProjectionDimension = 16 };
        AttributionMatrix square = new Grass(options).Score(_small.View, _small.Test, _small.Test, _context);
        float[] self = new Grass(options).SelfInfluence(_small.View, _small.Test, _context);
        for (int i = 0; i < self.Length; i++)
            Assert.Equal(square[i, i], self[i], 1e-5 * self.Max());
        float[] one = Score(options).Scores.ToArray();
        Assert.NotEqual(one, Score(options with { Seed = 1 }).Scores.ToArray());
        Assert.NotEqual(
            one,
            new Grass(options).Score(_small.View, _small.Train, _small.Test, new MethodContext { Seed = 1 }).Scores.ToArray());
    }

    [Fact]
    public void Kernel_that_needs_more_memory_than_allowed_is_refused()
    {
        TessarException e = Assert.Throws<TessarException>(() =>
            new Grass(new GrassOptions()).Score(_small.View, _small.Train, _small.Test, _context with { MemoryBudget = 30_000 }));
        Assert.Equal(ErrorKind.Environment, e.Kind);
        Assert.Contains("The kernel of 150 examples with 168 numbers", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Native_memory_balances()
    {
        TensorBalance.HoldsButFor(12, () =>
        {
            Score(new GrassOptions { ProjectionDimension = 16 });
            new Grass(new GrassOptions { Kernel = GrassKernel.Whole, ProjectionDimension = 16 })
                .SelfInfluence(_small.View, _small.Test, _context);
        });
    }

    private AttributionMatrix Score(GrassOptions options) =>
        new Grass(options).Score(_small.View, _small.Train, _small.Test, _context);

    private double Correlation(double[] exact, GrassOptions options)
    {
        double[] found = [.. Score(options).Scores.ToArray().Select(s => (double)s)];
        double x = exact.Average(), y = found.Average();
        return exact.Zip(found, (a, b) => (a - x) * (b - y)).Sum()
            / Math.Sqrt(exact.Sum(a => (a - x) * (a - x)) * found.Sum(b => (b - y) * (b - y)));
    }

    private static void AssertClose(double[,] expected, AttributionMatrix scores, double tolerance)
    {
        double scale = expected.Cast<double>().Max(Math.Abs);
        Assert.True(scale > 0);
        for (int i = 0; i < scores.TrainCount; i++)
        {
            for (int j = 0; j < scores.TargetCount; j++)
                Assert.Equal(expected[i, j], scores[i, j], tolerance * scale);
        }
    }
}
