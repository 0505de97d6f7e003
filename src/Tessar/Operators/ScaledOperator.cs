using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>c A.</summary>
/// <param name="inner">A.</param>
/// <param name="factor">c.</param>
internal sealed class ScaledOperator(LinearOperator inner, double factor) : LinearOperator
{
    public override long Size => inner.Size;

    public override long Rows => inner.Rows;

    public override ScalarType Type => inner.Type;

    public override bool IsSelfAdjoint => inner.IsSelfAdjoint;

    public override bool IsPositiveSemidefinite => inner.IsPositiveSemidefinite && factor >= 0;

    public override ParameterVector? Parameters => inner.Parameters;

    protected override IReadOnlyList<LinearOperator> Parts => [inner];

    protected override Tensor ApplyToColumns(Tensor columns) => inner.Apply(columns).mul_(factor);

    protected override Tensor ApplyAdjointToColumns(Tensor columns) => inner.ApplyAdjoint(columns).mul_(factor);
}
