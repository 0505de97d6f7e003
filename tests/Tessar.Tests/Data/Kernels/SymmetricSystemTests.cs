using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data.Kernels;

public sealed class SymmetricSystemTests
{
    // One block, a whole number of blocks, and a rest.
    [Theory]
    [InlineData(40, false)]
    [InlineData(2 * SymmetricSystem.Block, false)]
    [InlineData(SymmetricSystem.Block + 90, false)]
    [InlineData(SymmetricSystem.Block + 90, true)]
    public void Solutions_equal_a_dense_solve_for_one_damping_after_the_other(int n, bool weighted)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(n);
        (Tensor gram, Tensor right) = (Gram(n), randn(n, 5, dtype: ScalarType.Float64));
        Tensor? weights = weighted ? rand(n, dtype: ScalarType.Float64) : null;
        foreach (ScalarType type in new[] { ScalarType.Float64, ScalarType.Float32 })
        {
            Tensor stored = gram.to_type(type);
            using SymmetricSystem system = System(stored, weights);
            Tensor rounded = stored.to_type(ScalarType.Float64);
            foreach (double damping in new[] { 30, 1.0, 300 })
            {
                system.Factor(damping, 1e-6, CancellationToken.None);
                AssertClose(Dense(rounded, weights, damping, right), system.Solve(right, CancellationToken.None), 1e-9);
                AssertClose(
                    Dense(rounded, weights, damping, rounded).diagonal(), system.SelfScores(CancellationToken.None), 1e-8);
            }

            Assert.InRange(system.Residual, 0, 1e-10);
        }
    }

    // p rounds to 1 and R to 0 for examples a network is sure of: their rows are as exact as the others.
    [Fact]
    public void Weights_of_zero_are_no_division_by_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        (Tensor gram, Tensor right, Tensor weights) = (
            Gram(60), randn(60, 4, dtype: ScalarType.Float64), rand(60, dtype: ScalarType.Float64));
        weights.narrow(0, 5, 20).zero_();
        weights.narrow(0, 30, 3).fill_(1e-12);
        using SymmetricSystem system = System(gram.clone(), weights);
        system.Factor(2, 1e-6, CancellationToken.None);
        AssertClose(Dense(gram, weights, 2, right), system.Solve(right, CancellationToken.None), 1e-10);
    }

    [Theory]
    [InlineData(20, 50)]
    [InlineData(50, 20)]
    public void Curvature_weights_give_what_the_primal_gives(int n, int k)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(n);
        Tensor x = randn(n, k, dtype: ScalarType.Float64), q = randn(6, k, dtype: ScalarType.Float64), weights = rand(
            n, dtype: ScalarType.Float64);
        using var primal = new PrimalKernel(
            new FeaturesInMemory(x), new FeaturesInMemory(q), 0.3, weights, CancellationToken.None);
        using SymmetricSystem system = System(x.mm(x.t()), weights);
        using var exact = new SolvedKernel(
            system, x.mm(q.t()), 0.3, 1e-13, weights, withSelfScores: true, CancellationToken.None);
        Assert.Equal(primal.Damping, exact.Damping, 1e-9 * primal.Damping);
        AssertClose(primal.Scores(0, n), exact.Scores(0, n), 1e-9);
        AssertClose(primal.SelfScores(0, n), exact.SelfScores(0, n), 1e-9);
        AssertClose(primal.Leverages(0, n), exact.Leverages(0, n), 1e-9);
    }

    [Fact]
    public void Singular_matrix_without_damping_is_an_error()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(8);
        Tensor x = randn(30, 40, dtype: ScalarType.Float64);
        x[3] = x[7];
        using SymmetricSystem system = System(x.mm(x.t()), null);
        NumericalException e = Assert.Throws<NumericalException>(() => system.Factor(0, 1e-6, CancellationToken.None));
        Assert.Equal([new Remedy(RemedyKind.SetMethodOption, "damping", "0.3")], e.Remedies);
    }

    [Fact]
    public void Normalized_scores_are_the_plain_ones_over_the_mean_entry_of_the_inverse()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(9);
        Tensor x = randn(30, 6, dtype: ScalarType.Float64), q = randn(4, 6, dtype: ScalarType.Float64);
        var (train, targets) = (new FeaturesInMemory(x), new FeaturesInMemory(q));
        Tensor gram = x.t().mm(x);
        using var plain = new PrimalKernel(train, targets, gram, 0.3, null, normalize: false);
        using var normalized = new PrimalKernel(train, targets, gram, 0.3, null, normalize: true);
        double mean = linalg.inv(gram + plain.Damping * eye(6, dtype: ScalarType.Float64)).abs().mean().item<double>();
        AssertClose(plain.Scores(0, 30) / mean, normalized.Scores(0, 30), 1e-10);
        AssertClose(plain.SelfScores(0, 30) / mean, normalized.SelfScores(0, 30), 1e-10);
        AssertClose(plain.Leverages(0, 30), normalized.Leverages(0, 30), 1e-12);
    }

    // g(S) = x_qᵀN⁻¹X_Sᵀ(I − X_S N⁻¹X_Sᵀ)⁻¹(y_S − X_S θ) is the exact change when S is left out together; single scores don't add
    // up to it.
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void Group_effect_of_near_duplicates_is_exact_and_not_the_sum_of_single_ones(double relativeDamping)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(10);
        Tensor x = randn(20, 4, dtype: ScalarType.Float64), y = randn(20, dtype: ScalarType.Float64), q = randn(
            1, 4, dtype: ScalarType.Float64);
        for (int i = 1; i < 5; i++)
            x[i] = x[0] + 0.01 * randn(4, dtype: ScalarType.Float64);
        Tensor group = x.narrow(0, 0, 5), rest = x.narrow(0, 5, 15);
        using var kernel = new PrimalKernel(
            new FeaturesInMemory(x), new FeaturesInMemory(cat([q, group], 0)), relativeDamping, null, CancellationToken.None);
        Tensor theta = Fit(x, y, kernel.Damping), residual = (y - x.mv(theta)).narrow(0, 0, 5);
        Tensor scores = kernel.Scores(0, 5);
        Tensor effect = scores.narrow(1, 0, 1).t()
            .mm(linalg.solve(eye(5, dtype: ScalarType.Float64) - scores.narrow(1, 1, 5), residual.unsqueeze(1)));
        Tensor retrained = q.mv(theta) - q.mv(Fit(rest, y.narrow(0, 5, 15), kernel.Damping));
        Assert.Equal(retrained.item<double>(), effect.item<double>(), 1e-11);
        double sum = (scores.narrow(1, 0, 1).squeeze(1) * residual / (1 - kernel.Leverages(0, 5))).sum().item<double>();
        Assert.True(Math.Abs(sum - effect.item<double>()) > 1e-3 * Math.Abs(sum));
    }

    private static Tensor Fit(Tensor x, Tensor y, double lambda) =>
        linalg.solve(x.t().mm(x) + lambda * eye(x.shape[1], dtype: ScalarType.Float64), x.t().mv(y));

    private static Tensor Gram(int n)
    {
        Tensor x = randn(n, 30, dtype: ScalarType.Float64);
        return x.mm(x.t());
    }

    // Nothing below the diagonal blocks may matter.
    private static SymmetricSystem System(Tensor gram, Tensor? weights)
    {
        for (int first = 0; first < gram.shape[0]; first += SymmetricSystem.Block)
            gram.narrow(0, first, Math.Min(SymmetricSystem.Block, gram.shape[0] - first)).narrow(1, 0, first).fill_(double.NaN);
        return new SymmetricSystem(gram.clone(), weights);
    }

    private static Tensor Dense(Tensor gram, Tensor? weights, double damping, Tensor right)
    {
        Tensor whole = gram.triu() + gram.triu(1).t();
        Tensor system = (weights is null ? whole : whole * weights.unsqueeze(0))
            + damping * eye(gram.shape[0], dtype: ScalarType.Float64);
        return linalg.solve(system, ReferenceEquals(right, gram) ? whole : right);
    }

    private static void AssertClose(Tensor expected, Tensor found, double tolerance)
    {
        double error = (expected - found).abs().max().item<double>() / expected.abs().max().item<double>();
        Assert.True(error <= tolerance, $"relative error {error}");
    }
}
