using Tessar.Examples;
using Tessar.Lenses.Data.Comparison;
using Tessar.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Comparison;

public sealed class ModelDiffTests
{
    private const int Examples = 60;
    private const int Queries = 25;

    private static readonly AttributionReport _report = new()
    {
        Method = "test", Output = "margin", Parameters = 1, SkippedParameters = [], SecondsFeatures = 0, SecondsScoring = 0,
        ExamplesComputed = 0, GradientCheck = 0,
    };

    [Fact]
    public void Residuals_are_orthogonal_to_the_other_recipe_row_by_row()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = Rows(1), b = Rows(2);
        Tensor r = ModelDiff.Residuals(a, b);
        Assert.True((r * b).sum(1).abs().max().item<double>() < 1e-12);
        // What was taken away lies along B: A = r + c B.
        Tensor taken = a - r;
        Tensor c = (taken * b).sum(1, keepdim: true) / (b * b).sum(1, keepdim: true);
        Assert.True((taken - c * b).abs().max().item<double>() < 1e-12);
    }

    [Fact]
    public void Directions_are_the_principal_components_of_the_covariance()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = Rows(3);
        (Tensor vectors, double[] eigenvalues) = ModelDiff.PrincipalDirections([rows], 4);
        Tensor centerd = rows - rows.mean([0], keepdim: true);
        Tensor covariance = centerd.t().mm(centerd);
        for (int k = 0; k < 4; k++)
        {
            Tensor v = vectors[k];
            Assert.True((covariance.mv(v) - eigenvalues[k] * v).abs().max().item<double>() < 1e-9 * eigenvalues[0]);
            Assert.Equal(1, v.norm().item<double>(), 1e-10);
            Assert.True(v[v.abs().argmax().item<long>()].item<double>() > 0);
        }

        Assert.Equal(eigenvalues.OrderDescending(), eigenvalues);
        Assert.Equal(linalg.eigvalsh(covariance).data<double>().Max(), eigenvalues[0], 1e-9 * eigenvalues[0]);
    }

    // A weak common part under strong noise of each model: the mean's first component is noise, that of the cross products isn't.
    [Fact]
    public void Directions_of_several_models_leave_the_noise_of_single_ones_out()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor u = Rows(50).narrow(1, 0, 1), v = Rows(51).narrow(0, 0, 1);
        Tensor strong = Rows(52).narrow(1, 0, 1).mm(Rows(53).narrow(0, 0, 1));
        Tensor[] models = [.. Enumerable.Range(0, 4)
            .Select(e => u.mm(v) + (e == 0 ? 6 * strong : 0 * strong) + 0.1 * Rows(60 + (ulong)e))];
        Tensor unit = v[0] / v.norm();
        Tensor mean = stack(models).mean([0]);
        Assert.True(Math.Abs(ModelDiff.PrincipalDirections(models, 1).Vectors[0].dot(unit).item<double>()) > 0.9);
        Assert.True(Math.Abs(ModelDiff.PrincipalDirections([mean], 1).Vectors[0].dot(unit).item<double>()) < 0.9);
    }

    [Fact]
    public void At_most_one_direction_less_than_queries_is_kept()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor vectors, double[] eigenvalues) = ModelDiff.PrincipalDirections([Rows(4).narrow(0, 0, 5)], 60);
        Assert.Equal(4, eigenvalues.Length);
        Assert.Equal([4, Examples], vectors.shape);
    }

    [Fact]
    public void Scores_that_differ_by_a_factor_are_identical()
    {
        float[] scores = Noise(7, 1);
        using var a = new RecipeScores([Matrix(scores)]);
        using var b = new RecipeScores([Matrix([.. scores.Select(s => 3 * s)])]);
        RecipeDifference difference = ModelDiff.Compare(a, b, new ModelDiffOptions(), CancellationToken.None);
        Assert.Equal(RecipeVerdict.Identical, difference.Verdict);
        Assert.Empty(difference.OfA);
    }

    // Examples 0 to 9 matter to queries 0 to 7 in recipe A only; everything else is shared up to the noise of seeds.
    [Fact]
    public void A_planted_difference_is_the_first_direction()
    {
        using var a = new RecipeScores([.. Enumerable.Range(0, 4).Select(e => Planted(10 + (ulong)e, isPlanted: true))]);
        using var b = new RecipeScores([.. Enumerable.Range(0, 4).Select(e => Planted(20 + (ulong)e, isPlanted: false))]);
        RecipeDifference difference = ModelDiff.Compare(a, b, new ModelDiffOptions(), CancellationToken.None);
        Assert.Equal(RecipeVerdict.Difference, difference.Verdict);
        Assert.Equal(2.0 / 70, difference.PValue!.Value, 1e-12);
        RecipeDirection first = difference.OfA[0];
        Assert.Equal(Enumerable.Range(0, 10), Strongest(first.Loadings, 10).Order());
        Assert.Equal(Enumerable.Range(0, 8), Strongest(first.Projections, 8).Order());
        Assert.True(first.Variance > 5 * first.VarianceInOther);
        Assert.True(first.VarianceInterval!.Value.Low > first.VarianceInOtherInterval!.Value.High);
    }

    [Fact]
    public void Models_of_one_recipe_give_no_difference()
    {
        using var a = new RecipeScores([.. Enumerable.Range(0, 4).Select(e => Planted(30 + (ulong)e, isPlanted: true))]);
        using var b = new RecipeScores([.. Enumerable.Range(0, 4).Select(e => Planted(40 + (ulong)e, isPlanted: true))]);
        RecipeDifference difference = ModelDiff.Compare(a, b, new ModelDiffOptions(), CancellationToken.None);
        Assert.Equal(RecipeVerdict.NoDifference, difference.Verdict);
        Assert.True(difference.PValue > 0.05);
        Assert.Empty(difference.OfA);
        Assert.Empty(difference.OfB);
    }

    // Exchangeable models: p is at most the level no more often than the level says (binomial, 5 standard errors).
    [Fact]
    public void The_test_keeps_its_level()
    {
        const int trials = 200;
        int rejected = 0;
        for (int t = 0; t < trials; t++)
        {
            ulong seed = 1000 + 10 * (ulong)t;
            using var a = new RecipeScores([.. Enumerable.Range(0, 3).Select(e => Planted(seed + (ulong)e, isPlanted: false))]);
            using var b = new RecipeScores([.. Enumerable.Range(3, 3).Select(e => Planted(seed + (ulong)e, isPlanted: false))]);
            double[][,] products = RecipeTest.RowProducts(a, b, CancellationToken.None);
            if (RecipeTest.Run(products, 3, 0, CancellationToken.None).PValue <= 0.1 + 1e-12)
                rejected++;
        }

        Assert.True(rejected <= trials * 0.1 + 5 * Math.Sqrt(trials * 0.1 * 0.9), $"{rejected} of {trials}");
    }

    [Fact]
    public void Statistic_is_the_mean_squared_sine()
    {
        using var a = new RecipeScores([Planted(1, isPlanted: true), Planted(2, isPlanted: true)]);
        using var b = new RecipeScores([Planted(3, isPlanted: false), Planted(4, isPlanted: false)]);
        double[][,] products = RecipeTest.RowProducts(a, b, CancellationToken.None);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = a.Mean(), y = b.Mean();
        Tensor cosine = (x * y).sum(1) / (x.norm(1) * y.norm(1));
        Assert.Equal(
            (1 - cosine.square()).mean().item<double>(), RecipeTest.Statistic(products, [true, true, false, false]), 1e-10);
    }

    [Fact]
    public void One_model_of_each_recipe_is_not_tested()
    {
        using var a = new RecipeScores([Planted(1, isPlanted: true)]);
        using var b = new RecipeScores([Planted(2, isPlanted: false)]);
        RecipeDifference difference = ModelDiff.Compare(a, b, new ModelDiffOptions { Directions = 2 }, CancellationToken.None);
        Assert.Equal(RecipeVerdict.Untested, difference.Verdict);
        Assert.Null(difference.PValue);
        Assert.Equal(2, difference.OfA.Count);
        Assert.Null(difference.OfA[0].VarianceInterval);
    }

    // Of 20 assignments of 3 and 3 models no p is below 2/20.
    [Fact]
    public void Too_few_models_for_the_level_are_not_tested()
    {
        using var a = new RecipeScores([.. Enumerable.Range(0, 3).Select(e => Planted(10 + (ulong)e, isPlanted: true))]);
        using var b = new RecipeScores([.. Enumerable.Range(0, 3).Select(e => Planted(20 + (ulong)e, isPlanted: false))]);
        RecipeDifference difference = ModelDiff.Compare(a, b, new ModelDiffOptions(), CancellationToken.None);
        Assert.Equal(RecipeVerdict.Untested, difference.Verdict);
        Assert.Equal(0.1, difference.PValue!.Value, 1e-12);
        Assert.Equal(
            RecipeVerdict.Difference,
            ModelDiff.Compare(a, b, new ModelDiffOptions { Level = 0.1 }, CancellationToken.None).Verdict);
    }

    [Fact]
    public void Roles_can_be_exchanged()
    {
        using var a = new RecipeScores([Planted(1, isPlanted: true), Planted(2, isPlanted: true), Planted(5, isPlanted: true)]);
        using var b = new RecipeScores([
            Planted(3, isPlanted: false), Planted(4, isPlanted: false), Planted(6, isPlanted: false)
        ]);
        RecipeDifference one = ModelDiff.Compare(a, b, new ModelDiffOptions { Level = 0.499 }, CancellationToken.None);
        RecipeDifference two = ModelDiff.Compare(b, a, new ModelDiffOptions { Level = 0.499 }, CancellationToken.None);
        Assert.Equal(one.OfA[0].Variance, two.OfB[0].Variance, 1e-12);
        Assert.Equal(one.OfA[0].VarianceInOther, two.OfB[0].VarianceInOther, 1e-12);
        Assert.True(one.OfA[0].Loadings.Zip(two.OfB[0].Loadings, (x, y) => Math.Abs(x - y)).Max() < 1e-9);
    }

    [Fact]
    public void Rows_of_zeros_are_dropped_and_counted()
    {
        float[] scores = Noise(8, 1);
        for (int i = 0; i < Examples; i++)
            scores[i * Queries + 3] = 0;
        using var a = new RecipeScores([Matrix(scores)]);
        using var b = new RecipeScores([Matrix(Noise(9, 1))]);
        RecipeDifference difference = ModelDiff.Compare(a, b, new ModelDiffOptions(), CancellationToken.None);
        Assert.Equal((Queries - 1, 1), (difference.QueriesUsed, difference.QueriesDropped));
        Assert.DoesNotContain(3, difference.OfA[0].Queries);
    }

    [Fact]
    public void Different_shapes_are_refused()
    {
        using var a = new RecipeScores([Matrix(Noise(1, 1))]);
        using var b = new RecipeScores([new AttributionMatrix(new float[6], 2, 3, _report)]);
        Assert.Throws<ArgumentException>(() => ModelDiff.Compare(a, b, new ModelDiffOptions(), CancellationToken.None));
        Assert.Throws<ArgumentException>(() => new RecipeScores([]));
    }

    [Fact]
    public void All_zero_scores_are_refused()
    {
        using var a = new RecipeScores([Matrix(new float[Examples * Queries])]);
        using var b = new RecipeScores([Matrix(Noise(1, 1))]);
        Assert.Throws<NumericalException>(() => ModelDiff.Compare(a, b, new ModelDiffOptions(), CancellationToken.None));
    }

    private static IEnumerable<int> Strongest(IReadOnlyList<double> values, int count) =>
        Enumerable.Range(0, values.Count).OrderByDescending(i => Math.Abs(values[i])).Take(count);

    private static AttributionMatrix Planted(ulong seed, bool isPlanted)
    {
        float[] shared = Noise(0, 1), own = Noise(seed, 0.1f);
        for (int i = 0; i < Examples; i++)
        {
            for (int q = 0; q < Queries; q++)
                own[i * Queries + q] += shared[i * Queries + q] + (isPlanted && i < 10 && q < 8 ? 2 : 0);
        }

        return Matrix(own);
    }

    private static AttributionMatrix Matrix(float[] scores) => new(scores, Examples, Queries, _report);

    private static float[] Noise(ulong seed, float scale)
    {
        var stream = new RandomStream(seed, "model diff test");
        return [.. Enumerable.Range(0, Examples * Queries)
            .Select(_ => scale * (float)(Enumerable.Range(0, 12).Sum(_ => stream.NextDouble()) - 6))];
    }

    private static Tensor Rows(ulong seed) => tensor(Noise(seed, 1), [Queries, Examples]).to_type(ScalarType.Float64);
}
