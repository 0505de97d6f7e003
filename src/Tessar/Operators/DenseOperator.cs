using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>A matrix that is written out.</summary>
/// <param name="matrix">Shape [P, P], or [R, P] when it is neither self-adjoint nor definite; stays the caller's.</param>
/// <param name="isSelfAdjoint">Whether it is symmetric.</param>
/// <param name="isPositiveSemidefinite">Whether it has no negative eigenvalue.</param>
internal sealed class DenseOperator(Tensor matrix, bool isSelfAdjoint = false, bool isPositiveSemidefinite = false)
    : LinearOperator
{
    public override long Size => matrix.shape[1];

    public override long Rows => matrix.shape[0];

    public override ScalarType Type => matrix.dtype;

    public override bool IsSelfAdjoint => isSelfAdjoint;

    public override bool IsPositiveSemidefinite => isPositiveSemidefinite;

    protected override Tensor ApplyToColumns(Tensor columns) => matrix.mm(columns);

    protected override Tensor ApplyAdjointToColumns(Tensor columns) => matrix.t().mm(columns);
}
