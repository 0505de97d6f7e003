using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>Some rows and some columns of a matrix; with the same ones on both sides, a principal block, as definite as the
/// matrix.</summary>
/// <remarks>Cost of a product: one of the whole matrix.</remarks>
/// <param name="inner">The matrix, [R, P].</param>
/// <param name="rows">Which rows, of R.</param>
/// <param name="columns">Which columns, of P.</param>
internal sealed class SubmatrixOperator(LinearOperator inner, CoordinateSelection rows, CoordinateSelection columns)
    : LinearOperator
{
    private readonly bool _isPrincipal = ReferenceEquals(rows, columns);

    /// <summary>The parameters it is the block of; null when it isn't a principal block of named ones.</summary>
    public ParameterVector? Named { get; init; }

    public override long Size => columns.Count;

    public override long Rows => rows.Count;

    public override ScalarType Type => inner.Type;

    public override bool IsSelfAdjoint => _isPrincipal && inner.IsSelfAdjoint;

    public override bool IsPositiveSemidefinite => _isPrincipal && inner.IsPositiveSemidefinite;

    public override ParameterVector? Parameters => Named;

    protected override IReadOnlyList<LinearOperator> Parts => [inner];

    protected override Tensor ApplyToColumns(Tensor vectors) => rows.Gather(inner.Apply(columns.Spread(vectors)));

    protected override Tensor ApplyAdjointToColumns(Tensor vectors) => columns.Gather(inner.ApplyAdjoint(rows.Spread(vectors)));
}
