using Tessar.Operators;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators;

/// <summary>Curvature that can be written down.</summary>
public sealed class ClosedFormTests : IDisposable
{
    private const int Examples = 20;
    private const int Inputs = 4;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x;

    public ClosedFormTests()
    {
        random.manual_seed(9);
        _x = randn(Examples, Inputs, dtype: ScalarType.Float64);
    }

    public void Dispose() => _scope.Dispose();

    // ½(w·x − y)²: H = XᵀX/N; with C outputs I ⊗ XᵀX/N.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Linear_regression_has_the_covariance_of_its_inputs(int outputs)
    {
        using nn.Module<Tensor, Tensor> model = nn.Linear(Inputs, outputs, hasBias: false).to(ScalarType.Float64);
        ModelLoss loss = Loss(model, new HalfSquaredError(), randn(Examples, outputs, dtype: ScalarType.Float64));
        Tensor expected = kron(eye(outputs, dtype: ScalarType.Float64), _x.t().mm(_x) / Examples);
        AssertEqual(expected, new HessianOperator(loss), new GaussNewtonOperator(loss), new FisherOperator(loss));
    }

    // (I − 11ᵀ/C)/C ⊗ XᵀX/N.
    [Fact]
    public void Softmax_regression_at_zero_weights_has_its_closed_form()
    {
        const int Classes = 3;
        using nn.Module<Tensor, Tensor> model = nn.Linear(Inputs, Classes, hasBias: false).to(ScalarType.Float64);
        using (no_grad())
            model.parameters().Single().zero_();
        ModelLoss loss = Loss(model, new SoftmaxCrossEntropy(), randint(0, Classes, [Examples], ScalarType.Int64));
        Tensor between = (eye(Classes, dtype: ScalarType.Float64) - 1.0 / Classes) / Classes;
        AssertEqual(kron(between, _x.t().mm(_x) / Examples), new HessianOperator(loss), new GaussNewtonOperator(loss),
            new FisherOperator(loss));
    }

    // (1/N) Xᵀ diag(s(1 − s)) X.
    [Fact]
    public void Logistic_regression_has_its_closed_form()
    {
        using nn.Module<Tensor, Tensor> model = nn.Linear(Inputs, 1, hasBias: false).to(ScalarType.Float64);
        ModelLoss loss = Loss(model, new IndependentLabels(),
            randint(0, 2, [Examples, 1], ScalarType.Int64).to_type(ScalarType.Float64));
        Tensor s = model.call(_x).sigmoid().detach();
        AssertEqual(_x.t().mm(s * (1 - s) * _x) / Examples, new HessianOperator(loss), new GaussNewtonOperator(loss));
    }

    [Fact]
    public void Hessian_and_Gauss_Newton_agree_where_nothing_is_left_to_explain_and_nowhere_else()
    {
        using nn.Module<Tensor, Tensor> model = nn.Sequential(nn.Linear(Inputs, 3), nn.Tanh(),
            nn.Linear(3, 2)).to(ScalarType.Float64);
        ModelLoss fitted = Loss(model, new HalfSquaredError(), model.call(_x).detach());
        AssertEqual(new HessianOperator(fitted).ToDense(), new GaussNewtonOperator(fitted));
        ModelLoss away = Loss(model, new HalfSquaredError(), randn(Examples, 2, dtype: ScalarType.Float64));
        Tensor difference = (new HessianOperator(away) - new GaussNewtonOperator(away)).ToDense();
        Assert.True(difference.abs().max().item<double>() > 1e-3);
    }

    // Adding one number to every logit changes nothing.
    [Fact]
    public void A_shift_of_all_output_biases_has_no_curvature()
    {
        using nn.Module<Tensor, Tensor> model = nn.Sequential(("one", nn.Linear(Inputs, 3)), ("act", nn.Tanh()),
            ("two", nn.Linear(3, 3))).to(ScalarType.Float64);
        ModelLoss loss = Loss(model, new SoftmaxCrossEntropy(), randint(0, 3, [Examples], ScalarType.Int64));
        Tensor shift = zeros(loss.Parameters.Size, dtype: ScalarType.Float64);
        shift.narrow(0, loss.Parameters.Size - 3, 3).fill_(1);
        Assert.InRange(new HessianOperator(loss).Apply(shift).abs().max().item<double>(), 0, 1e-15);
        Assert.InRange(new GaussNewtonOperator(loss).Apply(shift).abs().max().item<double>(), 0, 1e-15);
    }

    // E over seeds of the drawn Fisher is the exact one: within five standard errors, measured from the seeds themselves.
    [Fact]
    public void Drawn_targets_give_the_Fisher_matrix_on_average()
    {
        const int Seeds = 400;
        foreach (IOutputLoss kind in new IOutputLoss[] { new SoftmaxCrossEntropy(), new HalfSquaredError(),
            new IndependentLabels() })
        {
            using DisposeScope scope = NewDisposeScope();
            using nn.Module<Tensor, Tensor> model = nn.Linear(Inputs, 2).to(ScalarType.Float64);
            Tensor targets = kind is SoftmaxCrossEntropy ? zeros([Examples], ScalarType.Int64)
                : zeros(Examples, 2, dtype: ScalarType.Float64);
            ModelLoss loss = Loss(model, kind, targets);
            Tensor v = randn(loss.Parameters.Size, dtype: ScalarType.Float64);
            Tensor exact = new FisherOperator(loss).Apply(v);
            Tensor drawn = stack([.. Enumerable.Range(0, Seeds)
                .Select(seed => new MonteCarloFisherOperator(loss, (ulong)seed).Apply(v))]);
            Tensor error = (drawn.mean([0]) - exact).abs() / (drawn.std(0) / Math.Sqrt(Seeds));
            Assert.InRange(error.max().item<double>(), 0, 5);
            // Another seed is another matrix; the same seed the same, to the bit.
            Assert.False(drawn[0].Equals(drawn[1]));
            Assert.True(drawn[3].Equals(new MonteCarloFisherOperator(loss, 3).Apply(v)));
        }
    }

    [Fact]
    public void Gradient_and_value_are_those_of_the_loss()
    {
        using nn.Module<Tensor, Tensor> model = nn.Linear(Inputs, 1, hasBias: false).to(ScalarType.Float64);
        Tensor y = randn(Examples, 1, dtype: ScalarType.Float64), w = model.parameters().Single();
        ModelLoss loss = Loss(model, new HalfSquaredError(), y);
        Tensor left = (_x.mm(w.t()) - y).detach();
        Assert.Equal(left.square().sum().item<double>() / 2 / Examples, loss.Value(), 1e-12);
        Assert.InRange((loss.Gradient() - _x.t().mm(left).flatten() / Examples).abs().max().item<double>(), 0, 1e-13);
        ModelLoss sum = loss.With(loss.Settings with { Reduction = LossReduction.Sum });
        Assert.Equal(Examples * loss.Value(), sum.Value(), 1e-12 * sum.Value());
    }

    private ModelLoss Loss(nn.Module<Tensor, Tensor> model, IOutputLoss loss, Tensor targets) =>
        new(model, ParameterVector.Of(model), loss, LossExamples.Of(_x, targets), new LossOperatorSettings { BatchSize = 7 });

    private static void AssertEqual(Tensor expected, params LinearOperator[] found) => Assert.All(found, one =>
        Assert.InRange((expected - one.ToDense()).abs().max().item<double>(), 0, 1e-12 * expected.abs().max().item<double>()));
}
