using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>A ⊗ B: (A ⊗ B) vec(V) = vec(A V Bᵀ), vec row by row.</summary>
/// <remarks>Cost of a product: those of A with each column of V and of B with each row, never [P, P] numbers.</remarks>
internal sealed class KroneckerOperator : LinearOperator
{
    private readonly LinearOperator _left;
    private readonly LinearOperator _right;

    /// <summary>Multiplies two matrices with each other, every entry with every entry.</summary>
    /// <param name="left">A, [M, N].</param>
    /// <param name="right">B, [R, S], of the same type.</param>
    /// <exception cref="ArgumentException">The types differ.</exception>
    public KroneckerOperator(LinearOperator left, LinearOperator right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Type != right.Type)
            throw new ArgumentException($"right: expected {left.Type} as on the left, got {right.Type}.", nameof(right));
        (_left, _right) = (left, right);
    }

    public override long Size => _left.Size * _right.Size;

    public override long Rows => _left.Rows * _right.Rows;

    public override ScalarType Type => _left.Type;

    public override bool IsSelfAdjoint => _left.IsSelfAdjoint && _right.IsSelfAdjoint;

    public override bool IsPositiveSemidefinite => _left.IsPositiveSemidefinite && _right.IsPositiveSemidefinite;

    protected override IReadOnlyList<LinearOperator> Parts => [_left, _right];

    protected override Tensor ApplyToColumns(Tensor columns) =>
        Product(columns, _left.Apply, _left.Size, _right.Apply, _right.Size);

    protected override Tensor ApplyAdjointToColumns(Tensor columns) =>
        Product(columns, _left.ApplyAdjoint, _left.Rows, _right.ApplyAdjoint, _right.Rows);

    private static Tensor Product(Tensor columns, Func<Tensor, Tensor> a, long outer, Func<Tensor, Tensor> b, long inner)
    {
        long count = columns.shape[1];
        // B along the inner axis of [outer, inner, K], then A along the outer one.
        Tensor half = b(columns.reshape(outer, inner, count).transpose(0, 1).reshape(inner, outer * count));
        long rows = half.shape[0];
        return a(half.reshape(rows, outer, count).transpose(0, 1).reshape(outer, rows * count)).reshape(-1, count);
    }
}
