using System.Globalization;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>A + λI.</summary>
internal sealed class DampedOperator : LinearOperator
{
    private readonly LinearOperator _inner;
    private readonly double _damping;

    /// <summary>Damps a square matrix.</summary>
    /// <param name="inner">A.</param>
    /// <param name="damping">λ, absolute.</param>
    /// <exception cref="ArgumentException">A isn't square.</exception>
    public DampedOperator(LinearOperator inner, double damping)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (inner.Rows != inner.Size)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"inner: expected a square matrix, got [{inner.Rows}, {inner.Size}]; only that has a diagonal to damp."),
                nameof(inner));
        }

        (_inner, _damping) = (inner, damping);
    }

    public override long Size => _inner.Size;

    public override ScalarType Type => _inner.Type;

    public override bool IsSelfAdjoint => _inner.IsSelfAdjoint;

    public override bool IsPositiveSemidefinite => _inner.IsPositiveSemidefinite && _damping >= 0;

    public override ParameterVector? Parameters => _inner.Parameters;

    protected override IReadOnlyList<LinearOperator> Parts => [_inner];

    protected override Tensor ApplyToColumns(Tensor columns) => _inner.Apply(columns).add_(columns, _damping);

    protected override Tensor ApplyAdjointToColumns(Tensor columns) => _inner.ApplyAdjoint(columns).add_(columns, _damping);
}
