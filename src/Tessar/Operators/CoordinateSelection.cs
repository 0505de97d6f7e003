using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>Which coordinates of longer vectors a block is about, and in which order; each at most once.</summary>
internal abstract class CoordinateSelection
{
    /// <summary>Length of the longer vectors.</summary>
    public abstract long Size { get; }

    /// <summary>How many coordinates are selected.</summary>
    public abstract long Count { get; }

    /// <summary>The selected coordinates of each column.</summary>
    /// <param name="columns">[Size, K].</param>
    /// <returns>[Count, K] in memory of its own, in the current dispose scope.</returns>
    public abstract Tensor Gather(Tensor columns);

    /// <summary>Adds to the selected coordinates of each column.</summary>
    /// <param name="part">[Count, K].</param>
    /// <param name="columns">[Size, K]; changed.</param>
    public abstract void AddTo(Tensor part, Tensor columns);

    /// <summary>Columns that are zero elsewhere.</summary>
    /// <param name="part">[Count, K].</param>
    /// <returns>[Size, K], in the current dispose scope.</returns>
    public Tensor Spread(Tensor part)
    {
        Tensor columns = zeros(Size, part.shape[1], dtype: part.dtype);
        AddTo(part, columns);
        return columns;
    }
}
