using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>I: every vector is its own product.</summary>
/// <param name="size">P.</param>
/// <param name="type">Element type of the vectors.</param>
internal sealed class IdentityOperator(long size, ScalarType type) : LinearOperator
{
    public override long Size => size;

    public override ScalarType Type => type;

    public override bool IsSelfAdjoint => true;

    public override bool IsPositiveSemidefinite => true;

    protected override Tensor ApplyToColumns(Tensor columns) => columns.clone();
}
