using Tessar.Operators;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators;

/// <summary>A classifier of random numbers in fp64, small enough for dense matrices.</summary>
internal sealed class SmallLoss : IDisposable
{
    public const int Examples = 30;
    public const int Inputs = 4;
    public const int Classes = 3;

    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly Tensor _x;
    private readonly Tensor _y;

    public SmallLoss(bool isDeep)
    {
        random.manual_seed(3);
        _model = isDeep ? nn.Sequential(nn.Linear(Inputs, 5), nn.Tanh(), nn.Linear(5, Classes))
            : nn.Sequential(nn.Linear(Inputs, Classes));
        _model.to(ScalarType.Float64).eval();
        _x = randn(Examples, Inputs, dtype: ScalarType.Float64);
        _y = randint(0, Classes, [Examples], dtype: ScalarType.Int64);
    }

    public Tensor X => _x;

    public Tensor Y => _y;

    public nn.Module<Tensor, Tensor> Model => _model;

    /// <summary>The mean loss in batches of some size.</summary>
    public ModelLoss Loss(int batch) => Loss(new LossOperatorSettings { BatchSize = batch });

    /// <summary>The loss with settings.</summary>
    public ModelLoss Loss(LossOperatorSettings settings) =>
        new(_model, ParameterVector.Of(_model), new SoftmaxCrossEntropy(), LossExamples.Of(_x, _y), settings);

    public void Dispose()
    {
        _model.Dispose();
        _x.Dispose();
        _y.Dispose();
    }
}
