using Tessar.Operators;
using Tessar.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators;

public sealed class ModelLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly SmallLoss _small = new(isDeep: true);

    public void Dispose()
    {
        _small.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Blocks_by_name_are_blocks_of_the_matrix_and_those_of_fewer_parameters()
    {
        ModelLoss loss = _small.Loss(7);
        LinearOperator whole = new HessianOperator(loss);
        Tensor dense = whole.ToDense();
        // 0.weight [5, 4], 0.bias [5], 2.weight [3, 5], 2.bias [3].
        Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias"], loss.Parameters.Slots.Select(slot => slot.Name));
        LinearOperator layer = whole.Block("2");
        AssertNear(dense.narrow(0, 25, 18).narrow(1, 25, 18), layer.ToDense());
        AssertNear(layer.ToDense(), new HessianOperator(loss.Only("2")).ToDense());
        Assert.True(layer.IsSelfAdjoint);
        Assert.False(layer.IsPositiveSemidefinite);
        Assert.True(new GaussNewtonOperator(loss).Block("2").IsPositiveSemidefinite);
        // A block of a block; names in any order and once are those of the model's.
        AssertNear(dense.narrow(0, 40, 3).narrow(1, 40, 3), layer.Block("2.bias").ToDense());
        Assert.Equal(["0.bias", "2.bias"], loss.Parameters.Only("2.bias", "0.bias", "2.bias").Slots.Select(slot => slot.Name));
        LinearOperator beside = whole.Block(["0.weight", "2.bias"], ["0.bias"]);
        Assert.False(beside.IsSelfAdjoint);
        AssertNear(cat([dense.narrow(0, 0, 20), dense.narrow(0, 40, 3)]).narrow(1, 20, 5), beside.ToDense());
        AssertNear(beside.ToDense().t(), beside.Adjoint().ToDense());
        // Scaling, damping and adding keep the names.
        AssertNear(2 * dense.narrow(0, 25, 18).narrow(1, 25, 18) + eye(18, dtype: ScalarType.Float64),
            (2 * whole).Damped(1).Block("2").ToDense());
    }

    [Fact]
    public void Unknown_names_are_refused_with_the_nearest()
    {
        LinearOperator whole = new HessianOperator(_small.Loss(7));
        ArgumentException e = Assert.Throws<ArgumentException>(() => whole.Block("2.wieght"));
        Assert.Contains("is called `2.wieght`. Did you mean `2.weight`?", e.Message, StringComparison.Ordinal);
        Assert.Contains("names is empty", Assert.Throws<ArgumentException>(() => whole.Block()).Message,
            StringComparison.Ordinal);
    }

    // D G D with D = diag(θ).
    [Fact]
    public void The_connectivity_matrix_is_a_congruence()
    {
        ModelLoss loss = _small.Loss(7);
        Tensor theta = ParameterVector.Join(loss.Parameters.Tensors).detach();
        LinearOperator g = new GaussNewtonOperator(loss), connectivity = new CongruenceOperator(new DiagonalOperator(theta), g);
        AssertNear(diag(theta).mm(g.ToDense()).mm(diag(theta)), connectivity.ToDense());
        Assert.True(connectivity.IsPositiveSemidefinite);
    }

    [Fact]
    public void Parameters_are_those_that_are_trained_once_each()
    {
        using ModelCases.Tied tied = new();
        tied.Share();
        Assert.Equal(["_words.weight", "_head.bias"], ParameterVector.Of(tied).Slots.Select(slot => slot.Name));
        using nn.Module<Tensor, Tensor> frozen = nn.Linear(3, 2);
        foreach (Parameter parameter in frozen.parameters())
            parameter.requires_grad_(false);
        Assert.Contains("no parameter that requires a gradient",
            Assert.Throws<ArgumentException>(() => ParameterVector.Of(frozen)).Message, StringComparison.Ordinal);
        using nn.Module<Tensor, Tensor> half = nn.Linear(3, 2).to(ScalarType.BFloat16);
        Assert.Contains("weight is BFloat16; required is Float32 or Float64",
            Assert.Throws<ArgumentException>(() => ParameterVector.Of(half)).Message, StringComparison.Ordinal);
        using nn.Module<Tensor, Tensor> mixed = nn.Sequential(("a", nn.Linear(3, 2)),
            ("b", nn.Linear(2, 2).to(ScalarType.Float64)));
        Assert.Contains("b.weight is Float64, but a.weight is Float32",
            Assert.Throws<ArgumentException>(() => ParameterVector.Of(mixed)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_do_not_fit_are_refused()
    {
        AssertSays("BatchSize is 0; required is at least 1", new LossOperatorSettings { BatchSize = 0 });
        AssertSays("There are no examples", new LossOperatorSettings { Examples = [] });
        AssertSays("Examples names number 30; there are numbers 0 to 29", new LossOperatorSettings { Examples = [3, 30] });
        AssertSays("Examples names number -1", new LossOperatorSettings { Examples = [-1] });
        AssertSays("Type is Float32, but the parameters are Float64. Convert the model with model.to(ScalarType.Float32)",
            new LossOperatorSettings { Type = ScalarType.Float32 });
        Assert.Contains("targets: expected 30, one for each input, got 29",
            Assert.Throws<ArgumentException>(() => LossExamples.Of(_small.X, _small.Y.narrow(0, 0, 29))).Message,
            StringComparison.Ordinal);

        void AssertSays(string part, LossOperatorSettings settings) =>
            Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(() => _small.Loss(settings)).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_are_none_are_traced_to_batch_and_parameter()
    {
        LinearOperator matrix = new GaussNewtonOperator(_small.Loss(7));
        Tensor v = zeros(matrix.Size, dtype: ScalarType.Float64);
        v[22] = double.NaN;
        Assert.Contains("A vector to multiply with isn't finite, first in 0.bias",
            Assert.Throws<NumericalException>(() => matrix.Apply(v)).Message, StringComparison.Ordinal);
        _small.X[17, 0] = double.PositiveInfinity;
        NumericalException e = Assert.Throws<NumericalException>(() =>
            matrix.Apply(ones(matrix.Size, dtype: ScalarType.Float64)));
        Assert.Contains("isn't finite: batch 2 (examples 14 to 20), first in 0.weight", e.Message, StringComparison.Ordinal);
    }

    // libtorch's own attention has a first derivative only.
    [Fact]
    public void A_model_without_a_second_derivative_is_told_and_gets_differences_of_the_first()
    {
        using nn.Module<Tensor, Tensor> model = new Attention();
        ModelLoss loss = new(
            model, ParameterVector.Of(model), new SoftmaxCrossEntropy(),
            LossExamples.Of(randn(6, 4, dtype: ScalarType.Float64), randint(0, 3, [6], dtype: ScalarType.Int64)));
        Tensor v = ones(loss.Parameters.Size, dtype: ScalarType.Float64), start = ParameterVector.Join(loss.Parameters.Tensors)
            .clone();
        GradientException e = Assert.Throws<GradientException>(() => new HessianOperator(loss).Apply(v));
        Assert.Contains("has no second derivative", e.Message, StringComparison.Ordinal);

        string said = SecondDerivatives.WhyMissing(loss)!;
        Assert.Contains("curvature is taken by differences of the first", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Operator", said, StringComparison.Ordinal);
        LinearOperator hessian = SecondDerivatives.Of(loss, isHessian: true, exist: false);
        LinearOperator gaussNewton = SecondDerivatives.Of(loss, isHessian: false, exist: false);
        Assert.True(hessian.Apply(v).isfinite().all().item<bool>());
        Tensor dense = gaussNewton.ToDense();
        AssertClose(dense, dense.t(), 1e-7);
        Assert.InRange(linalg.eigvalsh((dense + dense.t()) / 2).min().item<double>(), -1e-7, double.MaxValue);
        Assert.True(start.equal(ParameterVector.Join(loss.Parameters.Tensors)).all().item<bool>());
    }

    [Fact]
    public void Differences_are_close_to_derivatives_where_there_are_some()
    {
        ModelLoss loss = _small.Loss(7);
        Assert.Null(SecondDerivatives.WhyMissing(loss));
        foreach (bool isHessian in new[] { true, false })
        {
            Tensor exact = SecondDerivatives.Of(loss, isHessian, exist: true).ToDense();
            AssertClose(exact, SecondDerivatives.Of(loss, isHessian, exist: false).ToDense(), 1e-8);
        }
    }

    [Fact]
    public void Cancellation_is_looked_at_between_batches_and_leaves_the_model_as_it_was()
    {
        using var stop = new CancellationTokenSource();
        int loaded = 0;
        var examples = new LossExamples(30, numbers =>
        {
            if (++loaded == 2)
                stop.Cancel();
            return (_small.X.narrow(0, numbers[0], numbers.Length), _small.Y.narrow(0, numbers[0], numbers.Length));
        });
        _small.Model.train();
        var loss = new ModelLoss(
            _small.Model, ParameterVector.Of(_small.Model), new SoftmaxCrossEntropy(), examples,
                new LossOperatorSettings { BatchSize = 5, Cancellation = stop.Token });
        Tensor[] start = [.. loss.Parameters.Tensors.Select(parameter => parameter.clone())];
        Assert.Throws<OperationCanceledException>(() => new HessianOperator(loss).Apply(ones(loss.Parameters.Size,
            dtype: ScalarType.Float64)));
        Assert.Equal(2, loaded);
        Assert.Throws<OperationCanceledException>(() =>
            new FiniteDifferenceHessianOperator(loss).Apply(ones(loss.Parameters.Size, dtype: ScalarType.Float64)));
        Assert.All(loss.Parameters.Tensors.Zip(start), pair => Assert.True(pair.First.Equals(pair.Second)));
        Assert.True(_small.Model.training);
    }

    private static void AssertNear(Tensor expected, Tensor found) =>
        Assert.InRange((expected - found).abs().max().item<double>(), 0, 1e-12);

    private static void AssertClose(Tensor expected, Tensor found, double tolerance) =>
        Assert.InRange(
            (expected - found).abs().max().item<double>(), 0, tolerance * Math.Max(1, expected.abs().max().item<double>()));

    private sealed class Attention : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _in = nn.Linear(4, 8, dtype: ScalarType.Float64);
        private readonly Linear _out = nn.Linear(8, 3, dtype: ScalarType.Float64);

        public Attention()
            : base(nameof(Attention)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            Tensor x = _in.call(input).reshape(-1, 1, 2, 4);
            return _out.call(nn.functional.scaled_dot_product_attention(x, x, x).flatten(1));
        }
    }
}
