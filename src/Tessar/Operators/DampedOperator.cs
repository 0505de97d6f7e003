using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>A + λI.</summary>
/// <param name="inner">A.</param>
/// <param name="damping">λ, absolute.</param>
internal sealed class DampedOperator(LinearOperator inner, double damping) : LinearOperator
{
    public override long Size => inner.Size;

    public override ScalarType Type => inner.Type;

    public override bool IsSelfAdjoint => inner.IsSelfAdjoint;

    public override bool IsPositiveSemidefinite => inner.IsPositiveSemidefinite && damping >= 0;

    protected override Tensor ApplyToColumns(Tensor columns) => inner.Apply(columns).add_(columns, damping);
}
