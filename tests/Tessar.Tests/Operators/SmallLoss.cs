using Tessar.Inputs;
using Tessar.Operators;
using TorchSharp;
using TorchSharp.Modules;
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
        _model = isDeep ? nn.Sequential(nn.Linear(Inputs, 5), nn.Tanh(), nn.Linear(5, Classes)) : nn.Sequential(nn.Linear(Inputs, Classes));
        _model.to(ScalarType.Float64).eval();
        _x = randn(Examples, Inputs, dtype: ScalarType.Float64);
        _y = randint(0, Classes, [Examples], dtype: ScalarType.Int64);
    }

    public Tensor X => _x;

    public Tensor Y => _y;

    public nn.Module<Tensor, Tensor> Model => _model;

    public Parameter[] Parameters => [.. _model.parameters()];

    /// <summary>The loss in batches of some size.</summary>
    public BatchLoss Loss(int batch) => new(_model, Parameters, Examples, [.. Batches(batch)]);

    public void Dispose()
    {
        _model.Dispose();
        _x.Dispose();
        _y.Dispose();
    }

    private IEnumerable<Func<(Tensor, Tensor)>> Batches(int batch)
    {
        for (int first = 0; first < Examples; first += batch)
        {
            int from = first, count = Math.Min(batch, Examples - first);
            yield return () => (_x.narrow(0, from, count), _y.narrow(0, from, count));
        }
    }
}
