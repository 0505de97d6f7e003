using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The Hessian by central differences of the gradient: H v ≈ ‖v‖ (∇L(θ + εv̂) − ∇L(θ − εv̂))/(2ε), v̂ = v/‖v‖.</summary>
/// <remarks>
/// For models without a second derivative. ε = e·max(1, ‖θ‖), e = 1e-5 in fp64 and 1e-3 in fp32, near the cube root of the
/// rounding
/// error, where truncation and rounding are about equal: relative errors around 1e-9 and 1e-4. The parameters are moved and put
/// back bit
/// for bit, also after an error. Cost of one product: two gradients of all examples.
/// </remarks>
/// <param name="loss">The loss.</param>
internal sealed class FiniteDifferenceHessianOperator(ModelLoss loss) : LinearOperator
{
    public override long Size => loss.Parameters.Size;

    public override ScalarType Type => loss.Parameters.Type;

    public override bool IsSelfAdjoint => true;

    public override bool IsPositiveSemidefinite => false;

    public override ParameterVector? Parameters => loss.Parameters;

    protected override Tensor ApplyToColumns(Tensor columns)
    {
        using IDisposable still = no_grad();
        Tensor products = zeros_like(columns);
        Tensor[] start = [.. loss.Parameters.Tensors.Select(parameter => parameter.detach().clone())];
        double scale = Math.Max(1, Length(ParameterVector.Join(start)));
        double step = (Type == ScalarType.Float64 ? 1e-5 : 1e-3) * scale;
        try
        {
            for (int k = 0; k < columns.shape[1]; k++)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor v = columns.select(1, k).contiguous();
                double length = Length(v);
                // Nothing to add for the vector zero, which has no direction.
                if (length == 0)
                    continue;
                Tensor ahead = GradientAt(start, v, step / length), behind = GradientAt(start, v, -step / length);
                products.select(1, k).copy_((ahead - behind).mul_(length / (2 * step)));
            }
        }
        finally
        {
            for (int i = 0; i < start.Length; i++)
                loss.Parameters.Tensors[i].copy_(start[i]);
        }

        return products;
    }

    protected override string CauseOfDifference() => DeterminismCause.Of(loss);

    private static double Length(Tensor vector)
    {
        using Tensor wide = vector.to_type(ScalarType.Float64, copy: true);
        using Tensor norm = wide.norm();
        return norm.item<double>();
    }

    private Tensor GradientAt(Tensor[] start, Tensor v, double step)
    {
        Tensor[] parts = loss.Parameters.Split(v);
        for (int i = 0; i < parts.Length; i++)
        {
            Parameter parameter = loss.Parameters.Tensors[i];
            parameter.copy_(start[i]);
            parameter.add_(parts[i], step);
        }

        return loss.Gradient();
    }
}
