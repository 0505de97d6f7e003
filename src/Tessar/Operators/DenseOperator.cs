using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>A matrix that is written out.</summary>
/// <param name="matrix">Shape [P, P]; stays the caller's.</param>
/// <param name="isSelfAdjoint">Whether it is symmetric.</param>
/// <param name="isPositiveSemidefinite">Whether it has no negative eigenvalue.</param>
internal sealed class DenseOperator(Tensor matrix, bool isSelfAdjoint, bool isPositiveSemidefinite) : LinearOperator
{
    public override long Size => matrix.shape[0];

    public override ScalarType Type => matrix.dtype;

    public override bool IsSelfAdjoint => isSelfAdjoint;

    public override bool IsPositiveSemidefinite => isPositiveSemidefinite;

    protected override Tensor ApplyToColumns(Tensor columns) => matrix.mm(columns);
}
