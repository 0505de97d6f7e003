using Tessar.Operators;
using Tessar.Operators.Kronecker;
using TorchSharp;
using static Tessar.Tests.Operators.Kronecker.TinyModels;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators.Kronecker;

/// <summary>K-FAC and EK-FAC as operators over the flat gradient.</summary>
public sealed class KroneckerOperatorTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public KroneckerOperatorTests() => random.manual_seed(4);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("dense", false)]
    [InlineData("dense", true)]
    [InlineData("convolution", false)]
    [InlineData("convolution", true)]
    [InlineData("shared weight", false)]
    [InlineData("shared weight", true)]
    public void The_operator_has_the_blocks_in_the_places_of_their_parameters(string kind, bool isKfac)
    {
        using nn.Module<Tensor, Tensor> model = Model(kind);
        using var source = new FixedSource(model, Images(12), Classes, Labels(12));
        using KroneckerCurvature curvature = Fit(source, isKfac);
        ParameterVector parameters = ParameterVector.Of(source.Gradients.Captured);
        LinearOperator found = curvature.Operator(parameters);
        Assert.True(found.IsSelfAdjoint && found.IsPositiveSemidefinite);
        Tensor flat = eye(parameters.Size, dtype: ScalarType.Float64),
            columns = randn(parameters.Size, 4, dtype: ScalarType.Float64);
        Tensor expected = zeros_like(columns);
        for (int b = 0; b < curvature.Shapes.Count; b++)
        {
            // S [block, P] takes the block's coordinates out of a flat vector.
            Tensor selection = Rows(source, b, flat).t();
            expected = expected + selection.t().mm(Dense(curvature, b).mm(selection.mm(columns)));
        }

        Assert.InRange(Largest(found.Apply(columns) - expected), 0, 1e-11 * Largest(expected));
        found.CheckDeterminism();
        // By name, a layer's block is its own.
        LinearOperator first = found.Block([.. curvature.Shapes[0].Parameters]);
        Assert.Equal(curvature.Shapes[0].Count, first.Size);
        Assert.Equal(curvature.Values[0].sum().item<double>(), first.ToDense().trace().item<double>(),
            1e-10 * Largest(curvature.Values[0]) * first.Size);
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("convolution")]
    [InlineData("shared weight")]
    public void The_damped_inverse_is_an_operator_too(string kind)
    {
        using nn.Module<Tensor, Tensor> model = Model(kind);
        using var source = new FixedSource(model, Images(20), Classes, Labels(20));
        using KroneckerCurvature curvature = Fit(source);
        ParameterVector parameters = ParameterVector.Of(source.Gradients.Captured);
        (Tensor[] inverses, double[] dampings) = curvature.Inverses(0.1);
        Tensor[] damped = [.. curvature.Values.Zip(dampings, (values, damping) => values + damping)];
        Tensor v = randn(parameters.Size, 2, dtype: ScalarType.Float64);
        LinearOperator round = curvature.Operator(parameters, inverses) * curvature.Operator(parameters, damped);
        Assert.InRange(Largest(round.Apply(v) - v), 0, 1e-9);
        // The same numbers as the rows that scores are computed with.
        Tensor row = source.Blocks.Gradient(source.Run(0, 1, 0), 0), gradient = source.ByLoop(0, 1);
        Tensor applied = Rows(source, 0, curvature.Operator(parameters, inverses).Apply(gradient.t()).t());
        Assert.InRange(Largest(applied - curvature.Apply(0, row, inverses[0])), 0, 1e-11 * Largest(applied));
    }

    // One layer, one example: nothing is left out, so it is the Gauss–Newton matrix itself.
    [Fact]
    public void One_example_in_one_layer_gives_the_Gauss_Newton_operator()
    {
        using nn.Module<Tensor, Tensor> model = nn.Sequential(("flat", nn.Flatten()),
            ("fc", nn.Linear(64, Classes))).to(ScalarType.Float64);
        Tensor input = Images(1);
        using var source = new FixedSource(model, input, Classes);
        using KroneckerCurvature kfac = Fit(source, isKfac: true);
        ParameterVector parameters = ParameterVector.Of(source.Gradients.Captured);
        var loss = new ModelLoss(model, parameters, new Tessar.Tasks.SoftmaxCrossEntropy(), LossExamples.Of(input, Labels(1)));
        Tensor v = randn(parameters.Size, 3, dtype: ScalarType.Float64), expected = new GaussNewtonOperator(loss).Apply(v);
        Assert.InRange(Largest(kfac.Operator(parameters).Apply(v) - expected), 0, 1e-10 * Largest(expected));
    }

    private static nn.Module<Tensor, Tensor> Model(string kind) => kind switch
    {
        "dense" => TinyModels.Dense(),
        "convolution" => Convolution(),
        _ => Tied(sharesWeight: true),
    };
}
