using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>diag(d).</summary>
/// <param name="diagonal">d, P numbers of any shape, row by row; stays the caller's.</param>
/// <param name="type">Element type of the vectors; null for that of the diagonal.</param>
internal sealed class DiagonalOperator(Tensor diagonal, ScalarType? type = null) : LinearOperator
{
    public override long Size => diagonal.numel();

    public override ScalarType Type => type ?? diagonal.dtype;

    public override bool IsSelfAdjoint => true;

    public override bool IsPositiveSemidefinite { get; } = SignedValues.NoneIsNegative(diagonal);

    protected override Tensor ApplyToColumns(Tensor columns) => columns * diagonal.to_type(Type).reshape(-1, 1);
}
