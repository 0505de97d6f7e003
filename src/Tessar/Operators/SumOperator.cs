using System.Globalization;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>A + B.</summary>
internal sealed class SumOperator : LinearOperator
{
    private readonly LinearOperator _left;
    private readonly LinearOperator _right;

    /// <summary>Adds two matrices.</summary>
    /// <param name="left">A.</param>
    /// <param name="right">B, of the same size and type.</param>
    /// <exception cref="ArgumentException">They differ in size or type.</exception>
    public SumOperator(LinearOperator left, LinearOperator right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Size != right.Size || left.Rows != right.Rows || left.Type != right.Type)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"right: expected {left.Type} [{left.Rows}, {left.Size}] as on the left, got {right.Type} [{right.Rows}, "
                + $"{right.Size}]."),
                nameof(right));
        }

        (_left, _right) = (left, right);
    }

    public override long Size => _left.Size;

    public override long Rows => _left.Rows;

    public override ScalarType Type => _left.Type;

    public override bool IsSelfAdjoint => _left.IsSelfAdjoint && _right.IsSelfAdjoint;

    public override bool IsPositiveSemidefinite => _left.IsPositiveSemidefinite && _right.IsPositiveSemidefinite;

    public override ParameterVector? Parameters => _left.Parameters ?? _right.Parameters;

    protected override IReadOnlyList<LinearOperator> Parts => [_left, _right];

    protected override Tensor ApplyToColumns(Tensor columns) => _left.Apply(columns).add_(_right.Apply(columns));

    protected override Tensor ApplyAdjointToColumns(Tensor columns) =>
        _left.ApplyAdjoint(columns).add_(_right.ApplyAdjoint(columns));
}
