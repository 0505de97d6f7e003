using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>Aᵀ.</summary>
/// <param name="inner">A, [R, P].</param>
internal sealed class AdjointOperator(LinearOperator inner) : LinearOperator
{
    public override long Size => inner.Rows;

    public override long Rows => inner.Size;

    public override ScalarType Type => inner.Type;

    public override bool IsSelfAdjoint => inner.IsSelfAdjoint;

    public override bool IsPositiveSemidefinite => inner.IsPositiveSemidefinite;

    public override ParameterVector? Parameters => inner.Parameters;

    protected override IReadOnlyList<LinearOperator> Parts => [inner];

    /// <summary>Whether one of two operators is the transpose of the other, as far as that can be seen without a
    /// product.</summary>
    public static bool IsPair(LinearOperator a, LinearOperator b) => IsOf(a, b) || IsOf(b, a);

    /// <inheritdoc/>
    public override LinearOperator Adjoint() => inner;

    protected override Tensor ApplyToColumns(Tensor columns) => inner.ApplyAdjoint(columns);

    protected override Tensor ApplyAdjointToColumns(Tensor columns) => inner.Apply(columns);

    private static bool IsOf(LinearOperator adjoint, LinearOperator other) =>
        adjoint is AdjointOperator a && ReferenceEquals(a.Adjoint(), other);
}
