using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;
using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

public sealed class TrakOptionsTests
{
    private static readonly MethodContext _context = new();

    [Fact]
    public void Auto_is_exact_when_that_fits_and_says_what_it_takes()
    {
        using var small = new SmallRun("mlp");
        List<string> warnings = [];
        AttributionMatrix automatic = new Trak(new TrakOptions())
            .Score(small.View, small.Train, small.Test, _context with { Warn = warnings.Add });
        AttributionMatrix exact = new Trak(new TrakOptions { Projection = TrakProjection.None })
            .Score(small.View, small.Train, small.Test, _context);
        Assert.Equal(exact.Scores.ToArray(), automatic.Scores.ToArray());
        Assert.Equal("none", automatic.Report.Projection);
        Assert.Null(automatic.Report.ProjectionDimension);
        string remark = Assert.Single(automatic.Report.Remarks);
        Assert.Contains("weren't projected: the exact kernel takes", remark, StringComparison.Ordinal);
        Assert.Contains("TFLOP", remark, StringComparison.Ordinal);
        Assert.Equal(automatic.Report.Remarks, warnings);
        Assert.All(automatic.Report.Checks, check => Assert.True(check.Holds));
    }

    // The scores alone take 21,600 bytes.
    [Fact]
    public void Auto_sketches_when_memory_does_not_fit()
    {
        using var small = new SmallRun("mlp");
        AttributionMatrix scores = new Trak(new TrakOptions())
            .Score(small.View, small.Train, small.Test, _context with { MemoryBudget = 100_000 });
        Assert.Equal(("sketch", 2048), (scores.Report.Projection, scores.Report.ProjectionDimension));
        Assert.Contains("would take", Assert.Single(scores.Report.Remarks), StringComparison.Ordinal);
    }

    // 4·6,000² bytes and more for the exact kernel, 24·2,048² and some for landmarks.
    [Fact]
    public void Auto_takes_landmarks_where_they_fit_and_the_kernel_does_not_but_not_for_scores_on_oneself()
    {
        using var small = new SmallRun("mlp", trainCount: 6_000);
        var train = new ExampleSet(small.Store, "train", 0, 6_000);
        List<string> warnings = [];
        MethodContext context = _context with { MemoryBudget = 140_000_000, Warn = warnings.Add };
        AttributionMatrix automatic = new Trak(new TrakOptions()).Score(small.View, train, small.Test, context);
        Assert.Equal(("landmarks", 2048), (automatic.Report.Projection, automatic.Report.ProjectionDimension));
        Assert.Contains("2,048 landmarks", Assert.Single(automatic.Report.Remarks), StringComparison.Ordinal);
        AttributionMatrix asked = new Trak(new TrakOptions { Projection = TrakProjection.Landmarks })
            .Score(small.View, train, small.Test, context);
        Assert.Equal(asked.Scores.ToArray(), automatic.Scores.ToArray());
        Assert.Equal(0, asked.Report.ExamplesComputed); // one store for both
        TopAttribution top = new Trak(new TrakOptions()).ScoreTop(small.View, train, small.Test, 5, context);
        Assert.Equal("landmarks", top.Report.Projection);
        Assert.Equal(automatic.Proponents(0, 5).Select(x => x.Train), top.Proponents(0).Select(x => x.Train));
        warnings.Clear();
        new Trak(new TrakOptions()).SelfInfluence(small.View, train, context);
        Assert.Contains("sketched to 2,048", Assert.Single(warnings), StringComparison.Ordinal);
        // Leverage is a score on oneself.
        Assert.Equal(
            "sketch",
            new Trak(new TrakOptions { UseLeverage = true }).Score(small.View, train, small.Test, context).Report.Projection);
    }

    [Fact]
    public void Width_that_is_asked_for_is_a_sketch()
    {
        using var small = new SmallRun("mlp");
        AttributionReport report = new Trak(new TrakOptions { ProjectionDimension = 64 })
            .Score(small.View, small.Train, small.Test, _context).Report;
        Assert.Equal(("sketch", 64), (report.Projection, report.ProjectionDimension));
        Assert.Empty(report.Remarks);
    }

    [Fact]
    public void Exact_kernel_that_does_not_fit_is_refused_before_it_is_computed()
    {
        using var small = new SmallRun("mlp");
        TessarException e = Assert.Throws<TessarException>(() =>
            new Trak(new TrakOptions { Projection = TrakProjection.None })
                .Score(small.View, small.Train, small.Test, _context with { MemoryBudget = 100_000 }));
        Assert.Equal(ErrorKind.Environment, e.Kind);
        Assert.Contains(new Remedy(RemedyKind.SetMethodOption, "projection", "sketch"), e.Remedies);
    }

    [Theory]
    [InlineData(TrakProjection.None)]
    [InlineData(TrakProjection.Sketch)]
    public void Sweep_gives_what_each_damping_gives_alone(TrakProjection projection)
    {
        using var small = new SmallRun("mlp");
        double?[] dampings = [10, 0.01, 0.3];
        var options = new TrakOptions { Projection = projection, ProjectionDimension = 100 };
        IReadOnlyList<AttributionMatrix> many = new Trak(options)
            .ScoreMany(small.View, small.Train, small.Test, dampings, _context);
        for (int d = 0; d < dampings.Length; d++)
        {
            AttributionMatrix one = new Trak(options with { Damping = dampings[d] })
                .Score(small.View, small.Train, small.Test, _context);
            Assert.Equal(one.Report.Damping, many[d].Report.Damping);
            Assert.Equal(one.Scores.ToArray(), many[d].Scores.ToArray());
        }
    }

    [Fact]
    public void Curvature_weights_in_exact_mode_follow_the_definition()
    {
        using var small = new SmallRun("logistic");
        var options = new TrakOptions { Projection = TrakProjection.None, UseCurvatureWeights = true };
        AttributionMatrix found = new Trak(options).Score(small.View, small.Train, small.Test, _context);
        using DisposeScope scope = NewDisposeScope();
        (Tensor phi, Tensor q) = Reference.Margins(small.View.Checkpoints[0], small.Train);
        Tensor target = Reference.Margins(small.View.Checkpoints[0], small.Test).Gradients;
        Tensor gram = phi.t().mm(phi * (q * (1 - q)).unsqueeze(1));
        double lambda = 0.3 * gram.diagonal().sum().item<double>() / small.Train.Count;
        Tensor expected = phi.mm(linalg.solve(
            gram + lambda * eye(gram.shape[0], dtype: ScalarType.Float64), target.t())) * q.unsqueeze(1);
        AssertClose(expected, found, 1e-4);
    }

    [Fact]
    public void Squared_logits_as_features_are_the_definition_of_d_trak()
    {
        using var small = new SmallRun("mlp");
        var options = new TrakOptions { Projection = TrakProjection.None, FeatureOutput = TrakFeatureOutput.SquaredLogits };
        AttributionMatrix found = new Trak(options).Score(small.View, small.Train, small.Test, _context);
        Assert.Equal("margin", found.Report.Output);
        AssertClose(
            Dual(
                Reference.SquaredLogits(small.View.Checkpoints[0], small.Train),
                Reference.SquaredLogits(small.View.Checkpoints[0], small.Test), 0.3), found, 1e-4);
    }

    [Fact]
    public void Negative_loss_as_output_has_factors_of_one()
    {
        using var small = new SmallRun("mlp");
        var options = new TrakOptions { Projection = TrakProjection.None, Output = Tessar.Tasks.TargetOutput.NegativeLoss };
        AttributionMatrix found = new Trak(options).Score(small.View, small.Train, small.Test, _context);
        Assert.Equal("negative-loss", found.Report.Output);
        AssertClose(
            Dual(
                Reference.Losses(small.View.Checkpoints[0], small.Train), Reference.Losses(small.View.Checkpoints[0], small.Test),
                0.3), found, 1e-4);
    }

    [Fact]
    public void Soft_threshold_shrinks_each_column_by_its_own_quantile()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = tensor(new double[,] { { 1, -40 }, { -2, 10 }, { 3, 30 }, { -4, -20 } });
        Lenses.Data.Scoring.SoftThreshold.Apply(scores, 0.5);
        Assert.Equal([0, -20, 0, 0, 1, 10, -2, 0], scores.data<double>().ToArray());
        using var small = new SmallRun("mlp");
        AttributionMatrix sparse = new Trak(new TrakOptions { SoftThreshold = 0.9 })
            .Score(small.View, small.Train, small.Test, _context);
        for (int j = 0; j < sparse.TargetCount; j++)
            Assert.Equal(SmallRun.TrainCount / 10, Enumerable.Range(0, sparse.TrainCount).Count(i => sparse[i, j] != 0));
    }

    [Theory]
    [InlineData("none", "true", "same", "mean-abs-normalise")]
    [InlineData("sketch", "false", "squared-logits", "use-curvature-weights")]
    public void Options_that_exclude_each_other_are_refused(string projection, string normalize, string feature, string named)
    {
        using var small = new SmallRun("mlp");
        var options = new TrakOptions
        {
            Projection = projection == "none" ? TrakProjection.None : TrakProjection.Sketch,
            MeanAbsNormalize = normalize == "true",
            FeatureOutput = feature == "same" ? TrakFeatureOutput.Same : TrakFeatureOutput.SquaredLogits,
            UseCurvatureWeights = named == "use-curvature-weights",
            ProjectionDimension = 64,
        };
        TessarException e = Assert.Throws<TessarException>(() =>
            new Trak(options).Score(small.View, small.Train, small.Test, _context));
        Assert.Equal(ErrorKind.Usage, e.Kind);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    // λ = 10⁶·s̄: the kernel is φ_iᵀφ(q)/λ.
    [Fact]
    public void Huge_damping_leaves_plain_inner_products_times_the_factor()
    {
        using var small = new SmallRun("mlp");
        AttributionMatrix found = new Trak(new TrakOptions { Projection = TrakProjection.None, Damping = 1e6 })
            .Score(small.View, small.Train, small.Test, _context);
        using DisposeScope scope = NewDisposeScope();
        (Tensor phi, Tensor q) = Reference.Margins(small.View.Checkpoints[0], small.Train);
        AssertClose(
            phi.mm(Reference.Margins(small.View.Checkpoints[0], small.Test).Gradients.t()) * q.unsqueeze(1)
                / found.Report.Damping[0], found, 2e-4);
    }

    [Fact]
    public void Copies_of_one_checkpoint_are_as_good_as_one_without_projection()
    {
        using var small = new SmallRun("mlp");
        var trak = new Trak(new TrakOptions { Projection = TrakProjection.None });
        AttributionMatrix one = trak.Score(small.View, small.Train, small.Test, _context);
        AttributionMatrix three = trak.Score(
            new RunView(small.Run, small.Add("copy", "mlp", 1), small.Add("again", "mlp", 1)), small.Train, small.Test, _context);
        float scale = one.Scores.ToArray().Max(Math.Abs);
        Assert.All(one.Scores.ToArray().Zip(three.Scores.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6 * scale));
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("cnn")]
    public void Duplicates_score_alike_and_batches_do_not_matter_without_projection(string model)
    {
        using var small = new SmallRun(model, duplicateFirst: true);
        var options = new TrakOptions { Projection = TrakProjection.None };
        AttributionMatrix a = new Trak(options).Score(small.View, small.Train, small.Test, _context);
        AttributionMatrix b = new Trak(options with { BatchSize = 7 }).Score(small.View, small.Train, small.Test, _context);
        float scale = a.Scores.ToArray().Max(Math.Abs);
        for (int j = 0; j < a.TargetCount; j++)
            Assert.Equal(a[0, j], a[1, j], 1e-5 * scale);
        Assert.All(a.Scores.ToArray().Zip(b.Scores.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * scale));
    }

    // With all examples as landmarks nothing is lost but jitter and fp16; with a third of them more is kept than by a sketch of
    // that width.
    [Fact]
    public void Landmarks_approach_the_exact_scores_faster_than_a_sketch()
    {
        using var small = new SmallRun("mlp");
        AttributionMatrix exact = new Trak(new TrakOptions { Projection = TrakProjection.None })
            .Score(small.View, small.Train, small.Test, _context);
        Assert.InRange(Distance(TrakProjection.Landmarks, SmallRun.TrainCount), 0, 0.02);
        double third = Distance(TrakProjection.Landmarks, SmallRun.TrainCount / 3);
        Assert.InRange(third, 0.02, 0.8);
        Assert.True(third < 0.8 * Distance(TrakProjection.Sketch, SmallRun.TrainCount / 3));
        TessarException e = Assert.Throws<TessarException>(() => Distance(TrakProjection.Landmarks, SmallRun.TrainCount + 1));
        Assert.Contains("151", e.Message, StringComparison.Ordinal);

        double Distance(TrakProjection projection, int width)
        {
            AttributionMatrix found = new Trak(new TrakOptions { Projection = projection, ProjectionDimension = width })
                .Score(small.View, small.Train, small.Test, _context);
            (float[] a, float[] b) = (exact.Scores.ToArray(), found.Scores.ToArray());
            return Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum() / a.Sum(x => x * x));
        }
    }

    // Φ (ΦᵀΦ + λI)⁻¹ φ(q) = (ΦΦᵀ + λI)⁻¹ Φφ(q).
    private static Tensor Dual(Tensor phi, Tensor target, double damping)
    {
        Tensor gram = phi.mm(phi.t());
        gram.diagonal().add_(damping * gram.diagonal().mean().item<double>());
        return linalg.solve(gram, phi.mm(target.t()));
    }

    private static void AssertClose(Tensor expected, AttributionMatrix found, double tolerance)
    {
        using Tensor scores = tensor(found.Scores.ToArray()).reshape(found.TrainCount, found.TargetCount)
            .to_type(ScalarType.Float64);
        double error = (expected - scores).abs().max().item<double>() / expected.abs().max().item<double>();
        Assert.True(error <= tolerance, $"relative error {error}");
    }
}
