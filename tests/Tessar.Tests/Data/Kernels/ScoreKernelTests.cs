using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Kernels;

public sealed class ScoreKernelTests
{
    // f = θᵀx, Q = y − ŷ, K = XᵀX + λI: score/(1 − h) is the exact change of the prediction when example i is left out.
    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    public void Ridge_regression_with_leverage_is_exact_leave_one_out(double relativeDamping)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        Tensor x = randn(12, 4, dtype: ScalarType.Float64), y = randn(12, dtype: ScalarType.Float64), q = randn(
            3, 4, dtype: ScalarType.Float64);
        using var kernel = new PrimalKernel(
            new FeaturesInMemory(x), new FeaturesInMemory(q), relativeDamping, null, CancellationToken.None);
        double lambda = relativeDamping * x.square().sum().item<double>() / 12;
        Assert.Equal(lambda, kernel.Damping, 1e-12);
        Tensor theta = Fit(x, y, lambda);
        Tensor residual = y - x.mv(theta);
        Tensor scores = kernel.Scores(0, 12) * (residual / (1 - kernel.Leverages(0, 12))).unsqueeze(1);
        for (int i = 0; i < 12; i++)
        {
            Tensor others = tensor(Enumerable.Range(0, 12).Where(r => r != i).Select(r => (long)r).ToArray());
            Tensor without = Fit(x.index_select(0, others), y.index_select(0, others), lambda);
            Tensor expected = q.mv(theta) - q.mv(without);
            Assert.True((scores[i] - expected).abs().max().item<double>() < 1e-12);
        }
    }

    // With Q = 1 − p and R = diag(p(1−p)) the score is one Newton step of logistic regression without example i.
    [Fact]
    public void Curvature_weights_and_leverage_give_the_newton_step_of_logistic_regression()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(2);
        Tensor x = randn(15, 3, dtype: ScalarType.Float64), q = randn(2, 3, dtype: ScalarType.Float64), theta = randn(
            3, dtype: ScalarType.Float64);
        Tensor p = x.mv(theta).sigmoid();
        Tensor r = p * (1 - p);
        using var kernel = new PrimalKernel(new FeaturesInMemory(x), new FeaturesInMemory(q), 0, r, CancellationToken.None);
        Tensor scores = kernel.Scores(0, 15) * ((1 - p) / (1 - kernel.Leverages(0, 15))).unsqueeze(1);
        Tensor inverse = linalg.inv(x.t().mm(x * r.unsqueeze(1)));
        for (int i = 0; i < 15; i++)
        {
            Tensor xi = x[i];
            double h = xi.dot(inverse.mv(xi)).item<double>() * r[i].item<double>();
            Tensor expected = q.mv(inverse.mv(xi)) * (1 - p[i]) / (1 - h);
            Assert.True((scores[i] - expected).abs().max().item<double>() < 1e-12);
        }
    }

    [Theory]
    [InlineData(20, 50, 0.3)]
    [InlineData(50, 20, 0.3)]
    [InlineData(30, 30, 1e-3)]
    [InlineData(1, 5, 1.0)]
    public void Primal_and_dual_agree(int n, int k, double damping)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(n + k);
        var train = new FeaturesInMemory(randn(n, k, dtype: ScalarType.Float64));
        var targets = new FeaturesInMemory(randn(7, k, dtype: ScalarType.Float64));
        using var primal = new PrimalKernel(train, targets, damping, null, CancellationToken.None);
        using DualKernel dual = Dual(train, targets, damping);
        Assert.Equal(primal.Damping, dual.Damping, 1e-9 * primal.Damping);
        AssertClose(primal.Scores(0, n), dual.Scores(0, n), 1e-9);
        AssertClose(primal.SelfScores(0, n), dual.SelfScores(0, n), 1e-9);
        AssertClose(primal.Scores(0, n).narrow(0, n - 1, 1), dual.Scores(n - 1, 1), 1e-9);
    }

    [Fact]
    public void Large_damping_leaves_plain_inner_products()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(4);
        Tensor x = randn(9, 5, dtype: ScalarType.Float64), q = randn(4, 5, dtype: ScalarType.Float64);
        using var kernel = new PrimalKernel(new FeaturesInMemory(x), new FeaturesInMemory(q), 1e9, null, CancellationToken.None);
        AssertClose(x.mm(q.t()), kernel.Scores(0, 9) * kernel.Damping, 1e-6);
    }

    [Fact]
    public void Duplicates_score_alike_and_permutations_permute()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        Tensor x = randn(10, 6, dtype: ScalarType.Float64), q = randn(3, 6, dtype: ScalarType.Float64);
        x[7] = x[2];
        using var kernel = new PrimalKernel(new FeaturesInMemory(x), new FeaturesInMemory(q), 0.3, null, CancellationToken.None);
        Tensor scores = kernel.Scores(0, 10);
        AssertClose(scores[2], scores[7], 1e-14);
        Tensor order = tensor(new long[] { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 });
        using var permuted = new PrimalKernel(
            new FeaturesInMemory(x.index_select(0, order)), new FeaturesInMemory(q), 0.3, null, CancellationToken.None);
        AssertClose(scores.index_select(0, order), permuted.Scores(0, 10), 1e-12);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Singular_gram_without_damping_is_an_error_that_names_it(bool dual)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(6);
        Tensor x = randn(8, dual ? 20 : 4, dtype: ScalarType.Float64);
        if (dual)
            x[3] = x[1];
        else
            x.narrow(1, 3, 1).copy_(x.narrow(1, 1, 1));
        var features = new FeaturesInMemory(x);
        NumericalException e = Assert.Throws<NumericalException>(() => dual
            ? (ScoreKernel)Dual(features, features, 0)
            : new PrimalKernel(features, features, 0, null, CancellationToken.None));
        Assert.Contains("singular", e.Message, StringComparison.Ordinal);
        Assert.Equal([new Remedy(RemedyKind.SetMethodOption, "damping", "0.3")], e.Remedies);
    }

    private static DualKernel Dual(FeaturesInMemory train, FeaturesInMemory targets, double damping)
    {
        using Tensor gram = FeatureProducts.Cross(train, train, CancellationToken.None);
        using Tensor cross = FeatureProducts.Cross(train, targets, CancellationToken.None);
        return new DualKernel(gram, cross, damping, 1e-13, withSelfScores: true);
    }

    private static Tensor Fit(Tensor x, Tensor y, double lambda) =>
        linalg.solve(x.t().mm(x) + lambda * eye(x.shape[1], dtype: ScalarType.Float64), x.t().mv(y));

    private static void AssertClose(Tensor expected, Tensor found, double tolerance)
    {
        double error = (expected - found).abs().max().item<double>() / expected.abs().max().item<double>();
        Assert.True(error <= tolerance, $"relative error {error}");
    }
}
