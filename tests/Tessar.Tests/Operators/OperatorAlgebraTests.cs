using Tessar.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators;

/// <summary>Everything that is made from operators, compared with the same thing made from matrices.</summary>
public sealed class OperatorAlgebraTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Names => [.. Rows().Select(row => row.Name)];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Products_are_those_of_the_matrix(string name)
    {
        Row row = Rows().Single(one => one.Name == name);
        (LinearOperator found, Tensor expected) = (row.Operator, row.Matrix);
        Assert.Equal((expected.shape[0], expected.shape[1]), (found.Rows, found.Size));
        Tensor columns = randn(found.Size, 3, dtype: ScalarType.Float64), back = randn(found.Rows, 2, dtype: ScalarType.Float64);
        Near(expected.mm(columns), found.Apply(columns));
        Near(expected.mm(columns), found.Apply(columns.t().contiguous().t()));
        Near(expected.mv(columns.select(1, 1)), found.Apply(columns.select(1, 1)));
        Near(expected, found.ToDense());
        Near(expected.t().mm(back), found.ApplyAdjoint(back));
        Near(expected.t().mv(back.select(1, 0)), found.Adjoint().Apply(back.select(1, 0)));
        Near(expected.t(), found.Adjoint().ToDense());
        Assert.Equal($"[{found.Rows}, 0]", Tessar.Tensors.Shape.Of(found.Apply(columns.narrow(1, 0, 0))));
        found.CheckDeterminism();
        TensorBalance.Holds(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            found.Apply(columns);
            found.ApplyAdjoint(back);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_claimed_of_a_matrix_holds(string name)
    {
        Row row = Rows().Single(one => one.Name == name);
        Assert.Equal((row.IsSelfAdjoint, row.IsPositiveSemidefinite),
            (row.Operator.IsSelfAdjoint, row.Operator.IsPositiveSemidefinite));
        if (row.IsSelfAdjoint)
        {
            Near(row.Matrix.t(), row.Matrix);
            Assert.Same(row.Operator, row.Operator.Adjoint());
        }

        if (row.IsPositiveSemidefinite)
            Assert.True(linalg.eigvalsh(row.Matrix).min().item<double>() > -1e-12);
    }

    // Solvers change products in place: nobody else's numbers may be behind them.
    [Theory]
    [MemberData(nameof(Names))]
    public void Products_have_memory_of_their_own(string name)
    {
        LinearOperator found = Rows().Single(one => one.Name == name).Operator;
        Tensor columns = randn(found.Size, 2, dtype: ScalarType.Float64), before = columns.clone();
        Tensor first = found.Apply(columns), kept = first.clone();
        found.Apply(columns).fill_(7);
        Assert.True(columns.Equals(before));
        Assert.True(first.Equals(kept));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused_with_both()
    {
        Tensor a = randn(3, 3, dtype: ScalarType.Float64), b = randn(4, 3, dtype: ScalarType.Float64);
        LinearOperator square = new DenseOperator(a), tall = new DenseOperator(b),
            single = new DenseOperator(a.to_type(ScalarType.Float32));
        AssertSays("expected Float64 [3, 3] as on the left, got Float64 [4, 3]", () => square + tall);
        AssertSays("expected Float64 [3, 3] as on the left, got Float32 [3, 3]", () => square - single);
        AssertSays("expected Float64 [3, N] behind Float64 [3, 3], got Float64 [4, 3]", () => square * tall);
        AssertSays("expected a square matrix, got [4, 3]", () => tall.Damped(1));
        AssertSays("expected Float64 [3, 3] inside Float64 [4, 3], got Float64 [4, 3]", () => new CongruenceOperator(tall, tall));
        AssertSays("vectors: expected Float64 [3] or [3, K], got Float64 [2, 3]. Vectors are columns: pass the transpose.", () =>
            tall.Apply(zeros(2, 3, dtype: ScalarType.Float64)));
        AssertSays("vectors: expected Float64 [4] or [4, K], got Float64 [3].", () =>
            tall.ApplyAdjoint(zeros(3, dtype: ScalarType.Float64)));
        AssertSays("vectors: expected Float64 [3] or [3, K], got Float32 [3].", () =>
            tall.Apply(zeros(3, dtype: ScalarType.Float32)));
        AssertSays("isn't within vectors of 3", () => square.Block(1, 3, 0, 3));
        AssertSays("have no names", () => square.Block("fc1"));
        AssertSays("blocks[0]: expected Float64 [2, 2]", () =>
            new BlockDiagonalOperator((new RangeSelection(5, (0, 2)), square)));
        AssertSays("hold coordinate 1", () => new RangeSelection(3, (0, 2), (1, 1)));

        static void AssertSays(string part, Func<object> act) =>
            Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(act).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_matrix_that_is_too_large_to_write_out_is_refused_before_any_product()
    {
        var large = new IdentityOperator(100_000, ScalarType.Float32);
        TessarException e = Assert.Throws<TessarException>(() => large.ToDense());
        Assert.Equal(ErrorKind.Environment, e.Kind);
        Assert.Contains("[100,000, 100,000] numbers takes 40,000,000,000 bytes; allowed are 1,073,741,824", e.Message,
            StringComparison.Ordinal);
        Assert.Equal(0, large.Products);
        Assert.Throws<TessarException>(() => new IdentityOperator(3, ScalarType.Float64).ToDense(limit: 71));
        Assert.Equal(9, new IdentityOperator(3, ScalarType.Float64).ToDense(limit: 72).numel());
        Assert.Equal(ScalarType.Float64, new IdentityOperator(3, ScalarType.Float32).ToDense(ScalarType.Float64).dtype);
    }

    [Fact]
    public void Products_are_counted_in_vectors()
    {
        var matrix = new IdentityOperator(4, ScalarType.Float64);
        (2 * matrix + matrix).Apply(zeros(4, 5, dtype: ScalarType.Float64));
        matrix.Apply(zeros(4, dtype: ScalarType.Float64));
        Assert.Equal(11, matrix.Products);
    }

    [Fact]
    public void An_inverse_by_conjugate_gradients_is_one_or_an_error()
    {
        Tensor root = randn(6, 12, dtype: ScalarType.Float64);
        Tensor matrix = root.mm(root.t());
        var positive = new DenseOperator(matrix, isSelfAdjoint: true, isPositiveSemidefinite: true);
        Near(linalg.inv(matrix), new InverseOperator(positive, 100, 1e-13).ToDense(), 1e-8);
        Assert.Contains("required is 1e-12", Assert.Throws<NumericalException>(() =>
            new InverseOperator(positive, 1, 1e-12).ToDense()).Message, StringComparison.Ordinal);
        NumericalException e = Assert.Throws<NumericalException>(() =>
            new InverseOperator(positive - 1e4 * new IdentityOperator(6, ScalarType.Float64), 100, 1e-8).ToDense());
        Assert.Contains("isn't positive definite", e.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<Row> Rows()
    {
        random.manual_seed(11);
        Tensor i6 = eye(6, dtype: ScalarType.Float64);
        Tensor general = randn(6, 6, dtype: ScalarType.Float64), tall = randn(6, 4, dtype: ScalarType.Float64),
            symmetric = general + general.t();
        Tensor positive = general.mm(general.t()), second = tall.mm(tall.t()), values = tensor(new[] { 1.0, 0.5, 2, 0 }),
            signed = tensor(new[] { 1.0, -1, 2, 3, -2, 1 });
        Tensor two = randn(2, 2, dtype: ScalarType.Float64), three = randn(3, 3, dtype: ScalarType.Float64),
            wide = randn(2, 3, dtype: ScalarType.Float64);
        Tensor twoPositive = two.mm(two.t()), threePositive = three.mm(three.t());
        LinearOperator g = new DenseOperator(general), t = new DenseOperator(tall),
            s = new DenseOperator(symmetric, isSelfAdjoint: true);
        LinearOperator p = Positive(positive), q = Positive(second), identity = new IdentityOperator(6, ScalarType.Float64);
        LinearOperator small = Positive(twoPositive), middle = Positive(threePositive);
        yield return new("dense", g, general, false, false);
        yield return new("dense with more rows than columns", t, tall, false, false);
        yield return new("identity", identity, i6, true, true);
        yield return new("diagonal", new DiagonalOperator(signed), diag(signed), true, false);
        yield return new("diagonal, nothing negative", new DiagonalOperator(signed.abs()), diag(signed.abs()), true, true);
        yield return new("low rank", new LowRankOperator(tall, values), tall.mm(diag(values)).mm(tall.t()), true, true);
        yield return new("low rank, negative", new LowRankOperator(tall, -values), -tall.mm(diag(values)).mm(tall.t()), true,
            false);
        yield return new("Kronecker product", new KroneckerOperator(small, middle), kron(twoPositive, threePositive), true, true);
        yield return new("Kronecker product of rectangles", new KroneckerOperator(new DenseOperator(wide), t), kron(wide, tall),
            false, false);
        yield return new(
            "blocks on the diagonal", new BlockDiagonalOperator((new RangeSelection(6, (3, 2)), small),
                (new RangeSelection(6, (0, 2), (5, 1)), middle)),
            Placed([(twoPositive, [3, 4]), (threePositive, [0, 1, 5])]), true, true);
        yield return new(
            "general blocks on the diagonal", new BlockDiagonalOperator((new RangeSelection(6, (4, 2)), new DenseOperator(two)),
                (new RangeSelection(6, (1, 3)), middle)),
            Placed([(two, [4, 5]), (threePositive, [1, 2, 3])]), false, false);
        yield return new("sum", p + q, positive + second, true, true);
        yield return new("sum with an indefinite one", p + s, positive + symmetric, true, false);
        yield return new("sum with a general one", p + g, positive + general, false, false);
        yield return new("difference", p - q, positive - second, true, false);
        yield return new("negative", -g, -general, false, false);
        yield return new("multiple", 2.5 * p, 2.5 * positive, true, true);
        yield return new("multiple from the right", g * 2.5, 2.5 * general, false, false);
        yield return new("negative multiple", -2 * p, -2 * positive, true, false);
        yield return new("damped", p.Damped(0.5), positive + 0.5 * i6, true, true);
        yield return new("undamped", p.Damped(-0.5), positive - 0.5 * i6, true, false);
        yield return new("damped general", g.Damped(0.5), general + 0.5 * i6, false, false);
        yield return new("composed", g * t, general.mm(tall), false, false);
        yield return new("composed of two definite ones", p * q, positive.mm(second), false, false);
        yield return new("transpose times itself", t.Adjoint() * t, tall.t().mm(tall), true, true);
        yield return new("itself times transpose", t * t.Adjoint(), tall.mm(tall.t()), true, true);
        yield return new("square", s * s, symmetric.mm(symmetric), true, true);
        yield return new("transposed", t.Adjoint(), tall.t(), false, false);
        yield return new("transposed sum", (g + s).Adjoint(), (general + symmetric).t(), false, false);
        yield return new("congruence", new CongruenceOperator(t.Adjoint(), s), tall.t().mm(symmetric).mm(tall), true, false);
        yield return new("congruence of a definite one", new CongruenceOperator(g, p), general.mm(positive).mm(general.t()),
            true, true);
        yield return new("congruence of a general one", new CongruenceOperator(g, g), general.mm(general).mm(general.t()), false,
            false);
        yield return new("a block beside the diagonal", p.Block(1, 2, 3, 3), positive.narrow(0, 1, 2).narrow(1, 3, 3), false,
            false);
        yield return new("a block of a general matrix", t.Block(2, 4, 1, 2), tall.narrow(0, 2, 4).narrow(1, 1, 2), false, false);
        yield return new("the long way round", (2 * p - q.Damped(1) * s) * g + 3 * identity,
            (2 * positive - (second + i6).mm(symmetric)).mm(general) + 3 * i6, false, false);

        static DenseOperator Positive(Tensor matrix) => new(matrix, isSelfAdjoint: true, isPositiveSemidefinite: true);
    }

    private static Tensor Placed(params (Tensor Block, int[] At)[] blocks)
    {
        Tensor matrix = zeros(6, 6, dtype: ScalarType.Float64);
        foreach ((Tensor block, int[] at) in blocks)
        {
            for (int i = 0; i < at.Length; i++)
            {
                for (int j = 0; j < at.Length; j++)
                    matrix[at[i], at[j]] = block[i, j];
            }
        }

        return matrix;
    }

    private static void Near(Tensor expected, Tensor found, double rounding = 1e-12) =>
        Assert.InRange((expected - found).abs().max().item<double>(), 0,
            rounding * Math.Max(1, expected.abs().max().item<double>()));

    private sealed record Row(string Name, LinearOperator Operator, Tensor Matrix, bool IsSelfAdjoint,
        bool IsPositiveSemidefinite);
}
