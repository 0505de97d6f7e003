using Tessar.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators;

public sealed class SolverTests
{
    [Fact]
    public void Conjugate_gradients_solve_every_column()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = Positive(40);
        Tensor right = randn(40, 3, dtype: ScalarType.Float64);
        right.select(1, 1).zero_();
        ConjugateSolution found = ConjugateGradients.Solve(Dense(matrix), right, 500, 1e-12);
        Assert.True((found.Solution - linalg.solve(matrix, right)).abs().max().item<double>() < 1e-8);
        Assert.True(found.Residuals.Max() <= 1e-12);
        Assert.Equal(0, found.Residuals[1]);
        Assert.DoesNotContain(true, found.MetNegativeCurvature);
    }

    [Fact]
    public void Conjugate_gradients_stop_at_the_limit_and_tell_the_residual()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = Positive(40);
        Tensor right = randn(40, 1, dtype: ScalarType.Float64);
        ConjugateSolution found = ConjugateGradients.Solve(Dense(matrix), right, 3, 1e-12);
        Assert.Equal(3, found.Iterations);
        double residual = ((right - matrix.mm(found.Solution)).norm() / right.norm()).item<double>();
        Assert.Equal(residual, found.Residuals[0], 1e-10);
        Assert.True(residual > 1e-12);
    }

    [Fact]
    public void Negative_curvature_is_flagged_in_the_column_that_meets_it()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = diag(tensor(new[] { 2.0, 1.0, -1.0 }));
        Tensor right = tensor(new[] { 1.0, 0.0, 1.0, 0.0, 0.0, 1.0 }).reshape(3, 2);
        ConjugateSolution found = ConjugateGradients.Solve(Dense(matrix), right, 10, 1e-10);
        Assert.Equal([false, true], found.MetNegativeCurvature);
        Assert.Equal(0.5, found.Solution[0, 0].item<double>(), 1e-10);
        Assert.True(found.Solution.isfinite().all().item<bool>());
    }

    [Fact]
    public void Lanczos_over_the_whole_space_finds_all_eigenpairs()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = Positive(25) - 3 * eye(25, dtype: ScalarType.Float64);
        RitzPairs pairs = Lanczos.Decompose(Dense(matrix), start: null, 25, seed: 1);
        double[] expected = linalg.eigvalsh(matrix).data<double>().ToArray();
        Assert.Equal(25, pairs.Values.Count);
        Assert.All(expected.Zip(pairs.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-8));
        Assert.True((pairs.Vectors.t().mm(pairs.Vectors) - eye(25, dtype: ScalarType.Float64)).abs().max().item<double>() < 1e-9);
    }

    [Fact]
    public void Lanczos_in_part_finds_both_ends_with_honest_residuals()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = Positive(120);
        RitzPairs pairs = Lanczos.Decompose(Dense(matrix), start: null, 60, seed: 1);
        double[] expected = linalg.eigvalsh(matrix).data<double>().ToArray();
        Assert.Equal(expected[^1], pairs.Values[^1], 1e-5 * expected[^1]);
        for (int k = 0; k < pairs.Values.Count; k++)
        {
            Tensor v = pairs.Vectors.select(1, k).contiguous();
            Assert.Equal(pairs.Residuals[k], (matrix.mv(v) - pairs.Values[k] * v).norm().item<double>(), 1e-6 * expected[^1]);
        }
    }

    // Rank two: the space is exhausted after three steps at most, and nothing is divided by zero.
    [Fact]
    public void Lanczos_ends_when_the_space_is_exhausted()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor low = randn(30, 2, dtype: ScalarType.Float64);
        RitzPairs pairs = Lanczos.Decompose(Dense(low.mm(low.t())), start: null, 20, seed: 1);
        Assert.InRange(pairs.Values.Count, 2, 4);
        Assert.All(pairs.Values, value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void Power_iteration_finds_the_largest_absolute_eigenvalue()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal(5, PowerIteration.LargestEigenvalue(Dense(diag(tensor(new[] { 1.0, -5.0, 3.0 }))), seed: 1,
            tolerance: 1e-10), 1e-6);
        Assert.Equal(0, PowerIteration.LargestEigenvalue(Dense(zeros(3, 3, dtype: ScalarType.Float64)), seed: 1));
    }

    [Fact]
    public void Damping_adds_to_the_diagonal()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = Positive(5);
        Tensor v = randn(5, dtype: ScalarType.Float64);
        Tensor expected = matrix.mv(v) + 0.5 * v;
        Assert.True((new DampedOperator(Dense(matrix), 0.5).Apply(v) - expected).abs().max().item<double>() < 1e-12);
    }

    private static Tensor Positive(int size)
    {
        random.manual_seed(size);
        Tensor root = randn(size, 2 * size, dtype: ScalarType.Float64);
        return root.mm(root.t()) / size;
    }

    private static DenseOperator Dense(Tensor matrix) => new(matrix, isSelfAdjoint: true, isPositiveSemidefinite: false);
}
