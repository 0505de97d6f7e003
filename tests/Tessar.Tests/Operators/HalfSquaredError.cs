using Tessar.Examples;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators;

/// <summary>ℓ = ½‖f − y‖² over all outputs of an example: a loss that operators have never heard of.</summary>
internal sealed class HalfSquaredError : IOutputLoss
{
    public string Name => "half squared error";

    public bool IsConvex => true;

    public Tensor Sum(Tensor outputs, Tensor targets) => (outputs - targets).square().sum() * 0.5;

    public Tensor Each(Tensor outputs, Tensor targets) => (outputs - targets).square().flatten(1).sum(1) * 0.5;

    public Tensor Root(Tensor outputs, Tensor targets, int column)
    {
        Tensor root = zeros_like(outputs.flatten(1));
        root.select(1, column).fill_(1);
        return root.reshape(outputs.shape);
    }

    public Tensor Gradient(Tensor outputs, Tensor targets) => outputs - targets;

    public Func<Tensor, Tensor> SecondDerivative(Tensor outputs, Tensor targets) => u => u.clone();

    public Tensor Draw(Tensor outputs, IReadOnlyList<RandomStream> streams)
    {
        int count = (int)(outputs.numel() / outputs.shape[0]);
        double[] noise = [.. streams.SelectMany(stream => Enumerable.Range(0, count).Select(_ => Normal(stream)))];
        return outputs + tensor(noise).reshape(outputs.shape).to_type(outputs.dtype);
    }

    private static double Normal(RandomStream stream)
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - stream.NextDouble()));
        return radius * Math.Cos(2 * Math.PI * stream.NextDouble());
    }
}
