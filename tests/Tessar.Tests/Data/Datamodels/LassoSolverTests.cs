using System.Numerics;
using Tessar.Lenses.Data.Datamodels;

namespace Tessar.Tests.Data.Datamodels;

public sealed class LassoSolverTests
{
    private const int Rows = 60;
    private const int Count = 300;

    // Down to where nearly as many weights as rows aren't 0 and the covariances are almost singular.
    [Theory]
    [InlineData(0)]
    [InlineData(0.05)]
    public void Optimality_conditions_hold_along_the_whole_path(double ridge)
    {
        MaskColumns columns = Design.Random(Rows, Count, 1);
        double[][] x = Design.Standardized(columns);
        double[] y = Design.Normals(Rows, 3);
        var solver = new LassoSolver(columns, ridge);
        solver.Start(y);
        double penalty = solver.LargestPenalty;
        for (int k = 0; k < 60; k++, penalty *= 0.88)
        {
            solver.Solve(penalty, TestContext.Current.CancellationToken);
            double[] weights = Design.Dense(solver, Count);
            double gap = Design.Gap(Design.Gradients(x, y, weights), weights, penalty, ridge);
            Assert.True(gap <= 1e-3, $"gap {gap} at penalty {k}");
            Assert.Equal(gap, solver.Gap, 1e-6);
            Assert.Equal(weights.Count(w => w != 0), solver.NonZeros);
        }

        Assert.True(solver.NonZeros > 50, $"{solver.NonZeros} weights");
    }

    [Fact]
    public void From_the_largest_penalty_on_all_weights_are_zero_and_just_below_one_is_not()
    {
        MaskColumns columns = Design.Random(Rows, Count, 2);
        double[] y = Design.Normals(Rows, 4);
        var solver = new LassoSolver(columns);
        solver.Start(y);
        Assert.Equal(
            Design.Gradients(Design.Standardized(columns), y, new double[Count]).Max(Math.Abs), solver.LargestPenalty, 1e-12);
        foreach (double factor in new[] { 2, 1 })
        {
            solver.Solve(factor * solver.LargestPenalty, TestContext.Current.CancellationToken);
            Assert.Equal(0, solver.NonZeros);
        }

        solver.Solve(0.999 * solver.LargestPenalty, TestContext.Current.CancellationToken);
        Assert.Equal(1, solver.NonZeros);
    }

    // Hadamard columns: X̃ᵀX̃/M = I, so w̃ = soft(x̃ᵀ(y − ȳ)/M, λ)/(1 + λ₂).
    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    public void Orthogonal_design_gives_the_soft_threshold(double ridge)
    {
        MaskColumns columns = Design.Of([.. Enumerable.Range(1, 63).Select(i =>
            Enumerable.Range(0, 64).Select(r => BitOperations.PopCount((uint)(i & r)) % 2 == 0).ToArray())]);
        double[] y = Design.Normals(64, 5);
        double[] correlations = Design.Gradients(Design.Standardized(columns), y, new double[63]);
        var solver = new LassoSolver(columns, ridge, tolerance: 1e-9);
        solver.Start(y);
        foreach (double factor in new[] { 0.7, 0.2 })
        {
            double penalty = factor * solver.LargestPenalty;
            solver.Solve(penalty, TestContext.Current.CancellationToken);
            double[] weights = Design.Dense(solver, 63);
            for (int i = 0; i < 63; i++)
                Assert.Equal(
                    Math.Sign(correlations[i]) * Math.Max(0, Math.Abs(correlations[i]) - penalty) / (1 + ridge), weights[i],
                    1e-8);
        }
    }

    // FISTA with restarts on the dense matrix: shares no step with the solver.
    [Theory]
    [InlineData(0.3, 0)]
    [InlineData(0.05, 0)]
    [InlineData(0.05, 0.1)]
    public void Independent_solver_agrees(double factor, double ridge)
    {
        MaskColumns columns = Design.Random(80, 120, 6);
        double[][] x = Design.Standardized(columns);
        double[] y = Design.Normals(80, 7);
        var solver = new LassoSolver(columns, ridge, tolerance: 1e-9);
        solver.Start(y);
        double penalty = factor * solver.LargestPenalty;
        solver.Solve(penalty, TestContext.Current.CancellationToken);
        double[] expected = Fista(x, y, penalty, ridge), weights = Design.Dense(solver, 120);
        Assert.True(expected.Zip(weights, (a, b) => Math.Abs(a - b)).Max() < 1e-6);
    }

    [Fact]
    public void Planted_weights_are_found()
    {
        const int rows = 5_000, count = 10_000, planted = 100;
        MaskColumns columns = Design.Random(rows, count, 8);
        double[] y = Design.Normals(rows, 9), truth = Design.Normals(planted, 10);
        for (int k = 0; k < planted; k++)
            columns.AddTo(y, 97 * k, truth[k]);
        var solver = new LassoSolver(columns);
        solver.Start(y);
        for (int k = 1; k <= 10; k++)
            solver.Solve(solver.LargestPenalty * Math.Pow(0.05, k / 10.0), TestContext.Current.CancellationToken);
        double product = 0, length = 0;
        foreach ((int column, double weight) in solver.Standardized())
        {
            double raw = weight * columns.InverseDeviations[column];
            product += column % 97 == 0 && column / 97 < planted ? raw * truth[column / 97] : 0;
            length += raw * raw;
        }

        double cosine = product / Math.Sqrt(length * truth.Sum(w => w * w));
        Assert.True(cosine > 0.95, $"cosine {cosine}");
        Assert.True(solver.Gap <= 1e-3, $"gap {solver.Gap}");
    }

    // Every column twice, and each one's opposite: C is singular from the second weight on.
    [Fact]
    public void Copies_and_opposites_of_columns_do_no_harm()
    {
        MaskColumns half = Design.Random(30, 40, 11);
        bool[][] columns = [.. Enumerable.Range(0, 40)
            .Select(i => Enumerable.Range(0, 30).Select(r => half.Has(r, i)).ToArray())];
        MaskColumns all = Design.Of([.. columns, .. columns, .. columns.Select(c => c.Select(bit => !bit).ToArray())]);
        double[][] x = Design.Standardized(all);
        double[] y = Design.Normals(30, 12);
        var solver = new LassoSolver(all);
        solver.Start(y);
        for (double penalty = solver.LargestPenalty; penalty > 1e-3 * solver.LargestPenalty; penalty *= 0.8)
        {
            solver.Solve(penalty, TestContext.Current.CancellationToken);
            double[] weights = Design.Dense(solver, 120);
            Assert.True(Design.Gap(Design.Gradients(x, y, weights), weights, penalty, 0) <= 1e-3);
        }
    }

    // What depends on the others is moved into them: fit and objective stay or fall.
    [Fact]
    public void System_moves_the_weight_of_a_dependent_column_into_the_others()
    {
        MaskColumns half = Design.Random(30, 3, 13);
        bool[][] columns = [.. Enumerable.Range(0, 3).Select(i => Enumerable.Range(0, 30).Select(r => half.Has(r, i)).ToArray())];
        MaskColumns all = Design.Of([.. columns, columns[1]]);
        double[] weights = [1, 2, -1, -0.5];
        var system = new ActiveSystem(all, ridge: 0);
        system.Match([0, 1, 2, 3], weights);
        Assert.Equal([1, 1.5, -1, 0], weights.Select(w => Math.Round(w, 9)));
        Assert.Equal([0, 1, 2], system.Columns);
    }

    [Fact]
    public void Covariances_that_are_not_kept_change_nothing()
    {
        MaskColumns columns = Design.Random(Rows, Count, 14);
        double[] y = Design.Normals(Rows, 15);
        double[][] weights = [.. new[] { 0L, 1L << 20 }.Select(bytes =>
        {
            var solver = new LassoSolver(columns, gramBytes: bytes);
            solver.Start(y);
            for (int k = 0; k < 20; k++)
                solver.Solve(solver.LargestPenalty * Math.Pow(0.85, k), TestContext.Current.CancellationToken);
            return Design.Dense(solver, Count);
        })];
        Assert.Equal(weights[0], weights[1]);
    }

    [Fact]
    public void A_solver_used_before_gives_the_same_bits_as_a_new_one()
    {
        MaskColumns columns = Design.Random(Rows, Count, 16);
        double[][] found = [.. new[] { true, false }.Select(isUsed =>
        {
            var solver = new LassoSolver(columns);
            for (int pass = isUsed ? 0 : 1; pass < 2; pass++)
            {
                solver.Start(Design.Normals(Rows, (ulong)pass));
                solver.Solve(0.5 * solver.LargestPenalty, TestContext.Current.CancellationToken);
                solver.Solve(0.02 * solver.LargestPenalty, TestContext.Current.CancellationToken);
            }

            return Design.Dense(solver, Count);
        })];
        Assert.Equal(found[0], found[1]);
    }

    // More weights than a new solver has room for.
    [Fact]
    public void Going_on_from_many_weights_gives_the_same_solution()
    {
        MaskColumns columns = Design.Random(400, Count, 18);
        double[] y = Design.Normals(400, 19);
        var solver = new LassoSolver(columns);
        solver.Start(y);
        double penalty = 0.05 * solver.LargestPenalty;
        solver.Solve(penalty, TestContext.Current.CancellationToken);
        Assert.InRange(solver.NonZeros, 65, Count);
        var other = new LassoSolver(columns);
        other.Start(y);
        other.StartFrom(solver.Standardized());
        other.Solve(penalty, TestContext.Current.CancellationToken);
        double[] expected = Design.Dense(solver, Count);
        Assert.All(
            expected.Zip(Design.Dense(other, Count)),
            pair => Assert.Equal(pair.First, pair.Second, 1e-3 * expected.Max(Math.Abs)));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        var solver = new LassoSolver(Design.Random(8, 3, 1));
        Assert.Contains("8 rows", Assert.Throws<ArgumentException>(() => solver.Start([1, 2])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => solver.Solve(0, TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LassoSolver(Design.Random(8, 3, 1), ridge: -1));
    }

    private static double[] Fista(double[][] x, double[] y, double penalty, double ridge)
    {
        int n = x[0].Length;
        double[] weights = new double[n], ahead = new double[n];
        // The largest eigenvalue of X̃ᵀX̃/M is at most its trace.
        double step = 1 / (Enumerable.Range(0, n).Sum(i => x.Sum(row => row[i] * row[i])) / y.Length / 8 + ridge), momentum = 1;
        for (int k = 0; k < 20_000; k++)
        {
            double[] gradients = Design.Gradients(x, y, ahead);
            double[] next = [.. ahead.Select((w, i) =>
            {
                double to = w + step * (gradients[i] - ridge * w);
                return Math.Sign(to) * Math.Max(0, Math.Abs(to) - step * penalty);
            })];
            bool isUphill = ahead.Zip(next, (a, b) => a - b).Zip(next.Zip(weights, (a, b) => a - b), (a, b) => a * b).Sum() > 0;
            double following = isUphill ? 1 : (1 + Math.Sqrt(1 + 4 * momentum * momentum)) / 2, share = isUphill
                ? 0
                : (momentum - 1) / following;
            ahead = [.. next.Select((w, i) => w + share * (w - weights[i]))];
            double moved = next.Zip(weights, (a, b) => Math.Abs(a - b)).Max();
            (weights, momentum) = (next, following);
            if (moved < 1e-12 && !isUphill)
                break;
        }

        return weights;
    }
}
