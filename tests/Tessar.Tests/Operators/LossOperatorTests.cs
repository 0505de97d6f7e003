using Tessar.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators;

/// <summary>Every curvature operator on every model, loss, reduction, way to cut batches and type.</summary>
public sealed class LossOperatorTests : IDisposable
{
    private const ulong Seed = 5;
    private static readonly Dictionary<string, OperatorCase> _operators = new(StringComparer.Ordinal)
    {
        ["Hessian"] = new(loss => new HessianOperator(loss), DenseCurvature.Hessian),
        ["Gauss-Newton"] = new(loss => new GaussNewtonOperator(loss), DenseCurvature.GaussNewton),
        ["Fisher"] = new(loss => new FisherOperator(loss), DenseCurvature.Fisher),
        ["Fisher by draws"] = new(loss => new MonteCarloFisherOperator(loss, Seed, draws: 3), built =>
            DenseCurvature.MonteCarloFisher(built, Seed, draws: 3)),
        ["empirical Fisher"] = new(loss => new EmpiricalFisherOperator(loss), DenseCurvature.EmpiricalFisher),
        ["Hessian by differences"] = new(loss => new FiniteDifferenceHessianOperator(loss),
            DenseCurvature.Hessian)
        { Rounding = 1e-6, SingleRounding = 5e-2 },
    };

    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, string> Rows =>
        [.. from model in ModelCases.All from name in _operators.Keys select (model.Name, name)];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Rows))]
    public void Products_are_those_of_the_dense_matrix(string model, string name) => ForEachLoss(model, name, (built, kind) =>
    {
        Tensor matrix = kind.Dense(built), vectors = randn(built.Parameters.Size, 2, dtype: ScalarType.Float64),
            expected = matrix.mm(vectors);
        foreach ((int batchSize, LossReduction reduction) in new[] { (3, LossReduction.Mean), (5, LossReduction.Sum),
            (7, LossReduction.Mean) })
        {
            LinearOperator found = kind.Make(built.With(new LossOperatorSettings
            {
                BatchSize = batchSize,
                Reduction = reduction
            }));
            AssertClose(
                reduction == LossReduction.Sum ? expected : expected / ModelCases.Examples, found.Apply(vectors), kind.Rounding,
                    $"{reduction} in batches of {batchSize}");
            Assert.True(found.IsSelfAdjoint);
            if (found.IsPositiveSemidefinite)
                Assert.True(linalg.eigvalsh(matrix).min().item<double>() > -1e-12 * matrix.norm().item<double>());
        }
    });

    [Theory]
    [MemberData(nameof(Rows))]
    public void Products_in_single_precision_are_those_of_the_dense_matrix_in_double(string model, string name)
    {
        ModelCase row = ModelCases.Of(model);
        OperatorCase kind = _operators[name];
        // A step of 1e-3 may lie on the other side of a kink.
        if (row.HasKinks && kind.SingleRounding > 1e-4)
            return;
        LossCase loss = LossOf(model, name);
        using BuiltCase wide = row.Build(loss, ScalarType.Float64), narrow = row.Build(loss, ScalarType.Float32);
        Tensor vectors = randn(wide.Parameters.Size, 2, dtype: ScalarType.Float32);
        Tensor expected = kind.Dense(wide).mm(vectors.to_type(ScalarType.Float64)) / ModelCases.Examples;
        Tensor found = kind.Make(narrow.With(new LossOperatorSettings
        {
            BatchSize = 3,
            Type = ScalarType.Float32
        })).Apply(vectors);
        Assert.Equal(ScalarType.Float32, found.dtype);
        AssertClose(expected, found.to_type(ScalarType.Float64), kind.SingleRounding, loss.Name);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Operators_are_linear_and_symmetric_and_take_vectors_in_any_layout(string model, string name) =>
        ForOneLoss(model, name, (built, kind) =>
    {
        LinearOperator matrix = kind.Make(built.With(new LossOperatorSettings { BatchSize = 3 }));
        Tensor vectors = randn(matrix.Size, 3, dtype: ScalarType.Float64);
        Tensor products = matrix.Apply(vectors);
        (Tensor u, Tensor v) = (vectors.select(1, 0), vectors.select(1, 1));
        AssertClose(2 * products.select(1, 0) - 3 * products.select(1, 1), matrix.Apply(2 * u - 3 * v), 10 * kind.Rounding,
            "linear");
        double scale = (products.norm() * vectors.norm()).item<double>();
        Assert.InRange((u.dot(products.select(1, 1)) - products.select(1, 0).dot(v)).abs().item<double>(), 0,
            10 * kind.Rounding * scale);
        // Row by row in memory, and one at a time with a stride.
        AssertClose(products, matrix.Apply(vectors.t().contiguous().t()), kind.Rounding, "layout");
        AssertClose(products.select(1, 2), matrix.Apply(vectors.select(1, 2)), kind.Rounding, "stride");
        matrix.CheckDeterminism();
    });

    // Any examples in any order, some of them twice.
    [Theory]
    [MemberData(nameof(Rows))]
    public void A_subset_is_the_sum_over_its_examples(string model, string name) => ForOneLoss(model, name, (built, kind) =>
    {
        Tensor v = randn(built.Parameters.Size, dtype: ScalarType.Float64);
        int[] some = [4, 0, 6, 6];
        Tensor together = kind.Make(built.With(new LossOperatorSettings
        {
            Examples = some, BatchSize = 3,
            Reduction = LossReduction.Sum
        })).Apply(v);
        Tensor sum = some.Select(n => kind.Make(built.With(new LossOperatorSettings
        {
            Examples = [n],
            Reduction = LossReduction.Sum
        })).Apply(v)).Aggregate((a, b) => a + b);
        AssertClose(sum, together, kind.Rounding, "subset");
    });

    [Theory]
    [MemberData(nameof(Rows))]
    public void Nothing_is_left_behind(string model, string name)
    {
        using BuiltCase built = ModelCases.Of(model).Build(ModelCases.Losses[0], ScalarType.Float64);
        built.Model.train();
        Tensor v = randn(built.Parameters.Size, 2, dtype: ScalarType.Float64);
        Tensor[] before = [.. built.Model.state_dict().Values.Select(value => value.clone())];
        LinearOperator matrix = _operators[name].Make(built.With(new LossOperatorSettings { BatchSize = 3 }));
        TensorBalance.Holds(() => matrix.Apply(v).Dispose());
        Assert.All(built.Model.named_modules(), named => Assert.True(named.module.training, named.name));
        Assert.True(is_grad_enabled());
        Assert.All(built.Model.state_dict().Values.Zip(before), pair => Assert.True(pair.First.Equals(pair.Second)));
        Assert.All(built.Parameters.Tensors, parameter => Assert.Null(parameter.grad));
    }

    private static void ForEachLoss(string model, string name, Action<BuiltCase, OperatorCase> check)
    {
        foreach (LossCase loss in ModelCases.Losses)
            With(loss, model, name, check);
    }

    private static void ForOneLoss(string model, string name, Action<BuiltCase, OperatorCase> check) =>
        With(LossOf(model, name), model, name, check);

    // Each in turn, so that every operator and every model meets all of them.
    private static LossCase LossOf(string model, string name)
    {
        int place = ModelCases.All.ToList().FindIndex(one => one.Name == model) + _operators.Keys.ToList().IndexOf(name);
        return ModelCases.Losses[place % ModelCases.Losses.Count];
    }

    private static void With(LossCase loss, string model, string name, Action<BuiltCase, OperatorCase> check)
    {
        using DisposeScope scope = NewDisposeScope();
        using BuiltCase built = ModelCases.Of(model).Build(loss, ScalarType.Float64);
        check(built, _operators[name]);
    }

    private static void AssertClose(Tensor expected, Tensor found, double rounding, string what)
    {
        double largest = expected.abs().max().item<double>(), difference = (expected - found).abs().max().item<double>();
        Assert.True(difference <= rounding * Math.Max(largest, 1e-6),
            $"{what}: differs by {difference:g3}, largest {largest:g3}");
    }

    /// <summary>How an operator is made, and its matrix of the sum over all examples.</summary>
    private sealed record OperatorCase(Func<ModelLoss, LinearOperator> Make, Func<BuiltCase, Tensor> Dense)
    {
        /// <summary>Largest difference in fp64, relative to the largest entry.</summary>
        public double Rounding { get; init; } = 1e-10;

        /// <summary>The same in fp32.</summary>
        public double SingleRounding { get; init; } = 1e-4;
    }
}
