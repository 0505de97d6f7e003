using System.Globalization;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>S A Sᵀ: A seen through other coordinates, and as definite as A.</summary>
/// <remarks>With D = diag(θ) around a Gauss–Newton matrix it is the connectivity matrix D G D; with eigenvectors around their
/// eigenvalues, a matrix itself.</remarks>
internal sealed class CongruenceOperator : LinearOperator
{
    private readonly LinearOperator _outer;
    private readonly LinearOperator _inner;

    /// <summary>Puts a matrix between another one and its transpose.</summary>
    /// <param name="outer">S, [R, P].</param>
    /// <param name="inner">A, [P, P], of the same type.</param>
    /// <exception cref="ArgumentException">The sizes don't fit, or the types differ.</exception>
    public CongruenceOperator(LinearOperator outer, LinearOperator inner)
    {
        ArgumentNullException.ThrowIfNull(outer);
        ArgumentNullException.ThrowIfNull(inner);
        if (inner.Size != outer.Size || inner.Rows != outer.Size || inner.Type != outer.Type)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"inner: expected {outer.Type} [{outer.Size}, {outer.Size}] inside {outer.Type} [{outer.Rows}, {outer.Size}], "
                + $"got {inner.Type} [{inner.Rows}, {inner.Size}]."),
                nameof(inner));
        }

        (_outer, _inner) = (outer, inner);
    }

    public override long Size => _outer.Rows;

    public override ScalarType Type => _inner.Type;

    public override bool IsSelfAdjoint => _inner.IsSelfAdjoint;

    public override bool IsPositiveSemidefinite => _inner.IsPositiveSemidefinite;

    protected override IReadOnlyList<LinearOperator> Parts => [_outer, _inner];

    protected override Tensor ApplyToColumns(Tensor columns) => _outer.Apply(_inner.Apply(_outer.ApplyAdjoint(columns)));

    protected override Tensor ApplyAdjointToColumns(Tensor columns) =>
        _outer.Apply(_inner.ApplyAdjoint(_outer.ApplyAdjoint(columns)));
}
