using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>The Hessian by central differences of the gradient: H v ≈ ‖v‖ (∇L(θ + εv̂) − ∇L(θ − εv̂))/(2ε), v̂ = v/‖v‖.</summary>
/// <remarks>
/// For models without a second derivative. Steps and accuracy: see <see cref="MovedParameters"/>; the parameters are put back bit
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
        using var moved = new MovedParameters(loss.Parameters);
        for (int k = 0; k < columns.shape[1]; k++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor v = columns.select(1, k).contiguous();
            double length = MovedParameters.LengthOf(v);
            // Nothing to add for the vector zero, which has no direction.
            if (length == 0)
                continue;
            Tensor[] parts = loss.Parameters.Split(v);
            Tensor ahead = GradientAt(parts, moved.Step / length), behind = GradientAt(parts, -moved.Step / length);
            products.select(1, k).copy_((ahead - behind).mul_(length / (2 * moved.Step)));
        }

        return products;

        Tensor GradientAt(Tensor[] parts, double factor)
        {
            moved.MoveTo(parts, factor);
            return loss.Gradient();
        }
    }

    protected override string CauseOfDifference() => DeterminismCause.Of(loss);
}
