using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Operators;
using Tessar.Runs;
using Tessar.Tests.Data.UserModels;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Influences;

public sealed class InfluenceTests
{
    private static readonly MethodContext _context = new();

    // (1/n) Σ_c p_c ∇log p_c ∇log p_cᵀ by one backward pass per example and class, then a dense solve.
    [Theory]
    [InlineData("logistic")]
    [InlineData("tiny")]
    public void Explicit_scores_are_the_dense_solve(string model)
    {
        using var small = new SmallRun(model == "tiny" ? TinyConvolution.Source : model);
        AttributionMatrix scores = new InfluenceExplicit(new InfluenceExplicitOptions { Damping = 0.5, BatchSize = 40 })
            .Score(small.View, small.Train, small.Test, _context);
        double[,] expected = InfluenceReference.Scores(small.View.Checkpoints[0], small.Train, small.Test, 0.5);
        AssertClose(expected, scores, 1e-5);
    }

    [Theory]
    [InlineData("logistic", CurvatureKind.GaussNewton)]
    [InlineData("logistic", CurvatureKind.Hessian)]
    [InlineData("tiny", CurvatureKind.GaussNewton)]
    public void Conjugate_gradients_agree_with_the_factor(string model, CurvatureKind kind)
    {
        using var small = new SmallRun(model == "tiny" ? TinyConvolution.Source : model);
        AttributionMatrix expected = new InfluenceExplicit(new InfluenceExplicitOptions { Damping = 0.1, Curvature = kind })
            .Score(small.View, small.Train, small.Test, _context);
        AttributionMatrix scores =
            new InfluenceCg(new InfluenceCgOptions
            {
                Damping = 0.1,
                Curvature = kind,
                Tolerance = 1e-8,
                Iterations = 1000,
                UseDouble = true
            })
            .Score(small.View, small.Train, small.Test, _context);
        AssertClose(expected, scores, 1e-3);
        Assert.All(scores.Report.Checks, check => Assert.True(check.Holds));
        Assert.Empty(scores.Report.Remarks);
    }

    [Fact]
    public void Hessians_of_networks_agree_when_damping_makes_them_positive()
    {
        using var small = new SmallRun(TinyConvolution.Source);
        AttributionMatrix expected =
            new InfluenceExplicit(new InfluenceExplicitOptions { Damping = 2000, Curvature = CurvatureKind.Hessian })
                .Score(small.View, small.Train, small.Test, _context);
        AttributionMatrix scores =
            new InfluenceCg(new InfluenceCgOptions
            {
                Damping = 2000,
                Curvature = CurvatureKind.Hessian,
                Tolerance = 1e-8,
                UseDouble = true
            })
            .Score(small.View, small.Train, small.Test, _context);
        AssertClose(expected, scores, 1e-3);
    }

    [Fact]
    public void A_full_batch_series_agrees_with_the_factor()
    {
        using var small = new SmallRun("logistic");
        AttributionMatrix expected = new InfluenceExplicit(new InfluenceExplicitOptions { Damping = 5 })
            .Score(small.View, small.Train, small.Test, _context);
        AttributionMatrix scores =
            new InfluenceLissa(new InfluenceLissaOptions
            {
                Damping = 5,
                LissaBatch = SmallRun.TrainCount,
                Depth = 400,
                UseDouble = true
            })
            .Score(small.View, small.Train, small.Test, _context);
        AssertClose(expected, scores, 1e-3);
        Assert.True(scores.Report.Checks.Single().Value < 1e-3);
    }

    [Fact]
    public void Random_batches_leave_a_residual_that_is_told()
    {
        using var small = new SmallRun("logistic");
        AttributionMatrix scores = new InfluenceLissa(new InfluenceLissaOptions { Damping = 0.01, LissaBatch = 5, Depth = 10 })
            .Score(small.View, small.Train, small.Test, _context);
        Assert.False(scores.Report.Checks.Single(check => check.Name == "lissa-residual").Holds);
        Assert.Contains("residual", Assert.Single(scores.Report.Remarks), StringComparison.Ordinal);
    }

    // A network that wasn't trained has negative curvature, along which each term is larger than the one before.
    [Fact]
    public void A_series_that_diverges_is_an_error_with_advice()
    {
        using var small = new SmallRun(TinyConvolution.Source);
        NumericalException e = Assert.Throws<NumericalException>(() =>
            new InfluenceLissa(new InfluenceLissaOptions
            {
                Damping = 1e-6,
                Curvature = CurvatureKind.Hessian,
                LissaBatch = SmallRun.TrainCount,
                Depth = 3000
            })
                .Score(small.View, small.Train, small.Test, _context));
        Assert.Contains("series diverges", e.Message, StringComparison.Ordinal);
        Assert.Contains("curvature=gauss-newton", e.Message, StringComparison.Ordinal);
    }

    // All directions kept: the same as the dense inverse within the range of H; the gradients of logistic regression lie in it.
    [Fact]
    public void A_Krylov_space_of_full_size_agrees_with_the_factor()
    {
        using var small = new SmallRun(TinyConvolution.Source);
        AttributionMatrix expected = new InfluenceExplicit(new InfluenceExplicitOptions { Damping = 0.5 })
            .Score(small.View, small.Train, small.Test, _context);
        AttributionMatrix scores =
            new InfluenceArnoldi(new InfluenceArnoldiOptions
            {
                Damping = 0.5,
                KrylovDimension = 1000,
                Keep = 1000,
                UseDouble = true
            })
            .Score(small.View, small.Train, small.Test, _context);
        AssertClose(expected, scores, 1e-3);
    }

    [Fact]
    public void Few_kept_directions_say_how_much_they_keep()
    {
        using var small = new SmallRun("logistic");
        AttributionMatrix scores = new InfluenceArnoldi(new InfluenceArnoldiOptions { KrylovDimension = 30, Keep = 3 })
            .Score(small.View, small.Train, small.Test, _context);
        Assert.InRange(scores.Report.Checks.Single(check => check.Name == "kept-share").Value, 0.01, 0.99);
    }

    [Fact]
    public void Negative_curvature_is_told_and_the_explicit_method_refuses_it()
    {
        using var small = new SmallRun(TinyConvolution.Source);
        var cg = new InfluenceCg(new InfluenceCgOptions
        {
            Damping = 1e-6,
            Curvature = CurvatureKind.Hessian,
            Iterations = 300,
            UseDouble = true
        });
        AttributionMatrix scores = cg.Score(small.View, small.Train, small.Test, _context);
        Assert.Contains(scores.Report.Remarks, remark => remark.Contains("negative curvature", StringComparison.Ordinal));
        NumericalException error = Assert.Throws<NumericalException>(() =>
            new InfluenceExplicit(new InfluenceExplicitOptions { Damping = 1e-6, Curvature = CurvatureKind.Hessian })
                .Score(small.View, small.Train, small.Test, _context));
        Assert.Contains("curvature=gauss-newton", error.Message, StringComparison.Ordinal);
    }

    // Softmax weights have a null space: the factor without damping has to say so.
    [Fact]
    public void Without_damping_softmax_regression_is_singular()
    {
        using var small = new SmallRun("logistic");
        NumericalException error = Assert.Throws<NumericalException>(() =>
            new InfluenceExplicit(new InfluenceExplicitOptions { Damping = 0 })
                .Score(small.View, small.Train, small.Test, _context));
        Assert.Contains("`damping`", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Self_influence_is_the_diagonal_and_blocks_do_not_matter()
    {
        using var small = new SmallRun("logistic");
        var method = new InfluenceExplicit(new InfluenceExplicitOptions());
        AttributionMatrix whole = method.Score(small.View, small.Test, small.Test, _context);
        float[] self = method.SelfInfluence(small.View, small.Test, _context);
        // The matrix of 195 parameters takes 0.9 MB of it.
        MethodContext tight = _context with { MemoryBudget = 24 * 195 * 195 };
        AttributionMatrix cut = method.Score(small.View, small.Test, small.Test, tight);
        float scale = whole.Scores.ToArray().Max(Math.Abs);
        for (int i = 0; i < self.Length; i++)
            Assert.Equal(whole[i, i], self[i], 1e-5 * scale);
        Assert.All(whole.Scores.ToArray().Zip(cut.Scores.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * scale));
    }

    [Fact]
    public void A_matrix_beyond_the_budget_is_refused_with_its_size()
    {
        using var small = new SmallRun("logistic");
        TessarException error = Assert.Throws<TessarException>(() =>
            new InfluenceExplicit(new InfluenceExplicitOptions())
                .Score(small.View, small.Train, small.Test, _context with { MemoryBudget = 100_000 }));
        Assert.Contains("influence-cg", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("explicit")]
    [InlineData("cg")]
    [InlineData("lissa")]
    [InlineData("arnoldi")]
    public void Native_memory_balances(string name)
    {
        using var small = new SmallRun("logistic");
        IAttributionMethod method = name switch
        {
            "explicit" => new InfluenceExplicit(new InfluenceExplicitOptions()),
            "cg" => new InfluenceCg(new InfluenceCgOptions()),
            "lissa" => new InfluenceLissa(new InfluenceLissaOptions { Damping = 5 }),
            _ => new InfluenceArnoldi(new InfluenceArnoldiOptions { KrylovDimension = 20, Keep = 5 }),
        };
        // Moving the model to 64 bits builds its two parameters once more.
        TensorBalance.HoldsButFor(name == "explicit" ? 4 : 2, () => method.Score(small.View, small.Train, small.Test, _context));
    }

    private static void AssertClose(AttributionMatrix expected, AttributionMatrix actual, double tolerance)
    {
        double scale = expected.Scores.ToArray().Max(Math.Abs);
        Assert.True(scale > 0);
        Assert.All(
            expected.Scores.ToArray().Zip(actual.Scores.ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, tolerance * scale));
    }

    private static void AssertClose(double[,] expected, AttributionMatrix actual, double tolerance)
    {
        double scale = expected.Cast<double>().Max(Math.Abs);
        for (int i = 0; i < actual.TrainCount; i++)
        {
            for (int j = 0; j < actual.TargetCount; j++)
                Assert.Equal(expected[i, j], actual[i, j], tolerance * scale);
        }
    }
}
