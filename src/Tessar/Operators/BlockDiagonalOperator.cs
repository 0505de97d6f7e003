using System.Globalization;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>A matrix of blocks between which there is nothing: Σ_b S_bᵀ A_b S_b, S_b a selection of coordinates.</summary>
/// <remarks>Coordinates that no block selects are multiplied with zero.</remarks>
internal sealed class BlockDiagonalOperator : LinearOperator
{
    private readonly (CoordinateSelection Coordinates, LinearOperator Block)[] _blocks;

    /// <summary>Puts blocks onto their coordinates.</summary>
    /// <param name="blocks">At least one; square, of one type, with as many rows as their coordinates; coordinates of one
    /// vector.</param>
    /// <exception cref="ArgumentException">There is none, or one doesn't fit.</exception>
    public BlockDiagonalOperator(params IReadOnlyList<(CoordinateSelection Coordinates, LinearOperator Block)> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        if (blocks.Count == 0)
            throw new ArgumentException("blocks is empty; pass at least one.", nameof(blocks));
        _blocks = [.. blocks];
        Size = _blocks[0].Coordinates.Size;
        for (int b = 0; b < _blocks.Length; b++)
        {
            (CoordinateSelection coordinates, LinearOperator block) = _blocks[b];
            if (block.Size != coordinates.Count || block.Rows != coordinates.Count || block.Type != Type
                || coordinates.Size != Size)
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"blocks[{b}]: expected {Type} [{coordinates.Count}, {coordinates.Count}] on coordinates of vectors of "
                    + $"{Size}, got {block.Type} [{block.Rows}, {block.Size}] on those of {coordinates.Size}."),
                    nameof(blocks));
            }
        }
    }

    /// <summary>The parameters that the coordinates belong to.</summary>
    public ParameterVector? Named { get; init; }

    public override long Size { get; }

    public override ScalarType Type => _blocks[0].Block.Type;

    public override bool IsSelfAdjoint => _blocks.All(part => part.Block.IsSelfAdjoint);

    public override bool IsPositiveSemidefinite => _blocks.All(part => part.Block.IsPositiveSemidefinite);

    public override ParameterVector? Parameters => Named;

    protected override IReadOnlyList<LinearOperator> Parts => [.. _blocks.Select(part => part.Block)];

    protected override Tensor ApplyToColumns(Tensor columns) => Sum(columns, (block, part) => block.Apply(part));

    protected override Tensor ApplyAdjointToColumns(Tensor columns) => Sum(columns, (block, part) => block.ApplyAdjoint(part));

    private Tensor Sum(Tensor columns, Func<LinearOperator, Tensor, Tensor> multiply)
    {
        Tensor sum = zeros(Size, columns.shape[1], dtype: Type);
        foreach ((CoordinateSelection coordinates, LinearOperator block) in _blocks)
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            coordinates.AddTo(multiply(block, coordinates.Gather(columns)), sum);
        }

        return sum;
    }
}
