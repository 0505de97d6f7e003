using System.Globalization;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>A B: first B, then A.</summary>
/// <remarks>Known to be self-adjoint and positive semidefinite when it is AᵀA, AAᵀ or the square of a self-adjoint
/// operator.</remarks>
internal sealed class ComposedOperator : LinearOperator
{
    private readonly LinearOperator _left;
    private readonly LinearOperator _right;
    private readonly bool _isSquare;

    /// <summary>Multiplies two matrices.</summary>
    /// <param name="left">A, [M, K].</param>
    /// <param name="right">B, [K, N], of the same type.</param>
    /// <exception cref="ArgumentException">The sizes don't fit, or the types differ.</exception>
    public ComposedOperator(LinearOperator left, LinearOperator right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Size != right.Rows || left.Type != right.Type)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"right: expected {left.Type} [{left.Size}, N] behind {left.Type} [{left.Rows}, {left.Size}], got {right.Type} "
                + $"[{right.Rows}, {right.Size}]."),
                nameof(right));
        }

        (_left, _right) = (left, right);
        _isSquare = (left.IsSelfAdjoint && ReferenceEquals(left, right)) || AdjointOperator.IsPair(left, right);
    }

    public override long Size => _right.Size;

    public override long Rows => _left.Rows;

    public override ScalarType Type => _left.Type;

    public override bool IsSelfAdjoint => _isSquare;

    public override bool IsPositiveSemidefinite => _isSquare;

    public override ParameterVector? Parameters => ReferenceEquals(_left.Parameters, _right.Parameters) ? _left.Parameters : null;

    protected override IReadOnlyList<LinearOperator> Parts => [_left, _right];

    protected override Tensor ApplyToColumns(Tensor columns) => _left.Apply(_right.Apply(columns));

    protected override Tensor ApplyAdjointToColumns(Tensor columns) => _right.ApplyAdjoint(_left.ApplyAdjoint(columns));
}
