using System.Globalization;
using Tessar.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>A square matrix that is known by its products with vectors.</summary>
internal abstract class LinearOperator
{
    /// <summary>P, the length of the vectors.</summary>
    public abstract long Size { get; }

    /// <summary>Element type of the vectors.</summary>
    public abstract ScalarType Type { get; }

    /// <summary>Whether the matrix equals its transpose.</summary>
    public abstract bool IsSelfAdjoint { get; }

    /// <summary>Whether no vector has a negative product with its image; false when that isn't known.</summary>
    public abstract bool IsPositiveSemidefinite { get; }

    /// <summary>The products with one vector or with several.</summary>
    /// <param name="vectors">Shape [P] or [P, K], of <see cref="Type"/>.</param>
    /// <returns>The same shape; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The vectors have another length or type.</exception>
    public Tensor Apply(Tensor vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        if (vectors.dim() is not (1 or 2) || vectors.shape[0] != Size || vectors.dtype != Type)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"vectors is {vectors.dtype} {Shape.Of(vectors)}; required is {Type} [{Size}] or [{Size}, K]."), nameof(vectors));
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor product = vectors.dim() == 1 ? ApplyToColumns(vectors.unsqueeze(1)).squeeze(1) : ApplyToColumns(vectors);
        return product.MoveToOuterDisposeScope();
    }

    /// <summary>The products with the columns of [P, K]; tensors belong to the current dispose scope.</summary>
    protected abstract Tensor ApplyToColumns(Tensor columns);
}
