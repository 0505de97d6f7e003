using Tessar.Examples;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators;

/// <summary>ℓ = Σ_c softplus((1 − 2y_c) f_c), y_c in {0, 1}: several labels that don't exclude one another.</summary>
internal sealed class IndependentLabels : IOutputLoss
{
    public string Name => "independent labels";

    public bool IsConvex => true;

    public Tensor Sum(Tensor outputs, Tensor targets) => nn.functional.logsigmoid((2 * targets - 1) * outputs).sum().neg();

    public Tensor Each(Tensor outputs, Tensor targets) =>
        nn.functional.logsigmoid((2 * targets - 1) * outputs).sum(1).neg();

    public Tensor Root(Tensor outputs, Tensor targets, int column)
    {
        Tensor p = outputs.sigmoid(), root = zeros_like(outputs);
        root.select(1, column).copy_((p * (1 - p)).sqrt().select(1, column));
        return root;
    }

    public Tensor Gradient(Tensor outputs, Tensor targets) => outputs.sigmoid() - targets;

    public Func<Tensor, Tensor> SecondDerivative(Tensor outputs, Tensor targets)
    {
        Tensor p = outputs.sigmoid();
        return u => p * (1 - p) * u;
    }

    public Tensor Draw(Tensor outputs, IReadOnlyList<RandomStream> streams)
    {
        double[] uniforms = [.. streams.SelectMany(stream => Enumerable.Range(0, (int)outputs.shape[1])
            .Select(_ => stream.NextDouble()))];
        return outputs.sigmoid().gt(tensor(uniforms).reshape(outputs.shape).to_type(outputs.dtype)).to_type(outputs.dtype);
    }
}
