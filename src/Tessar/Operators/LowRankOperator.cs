using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>U diag(s) Uᵀ, of rank K at most.</summary>
/// <remarks>Cost of a product: 4·P·K operations.</remarks>
/// <param name="vectors">U, [P, K]; stays the caller's.</param>
/// <param name="values">s, [K], of the same type; stays the caller's.</param>
internal sealed class LowRankOperator(Tensor vectors, Tensor values) : LinearOperator
{
    public override long Size => vectors.shape[0];

    public override ScalarType Type => vectors.dtype;

    public override bool IsSelfAdjoint => true;

    public override bool IsPositiveSemidefinite { get; } = SignedValues.NoneIsNegative(values);

    protected override Tensor ApplyToColumns(Tensor columns) => vectors.mm(vectors.t().mm(columns) * values.unsqueeze(1));
}
