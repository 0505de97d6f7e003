using System.Globalization;
using Tessar.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>A matrix that is known by its products with vectors.</summary>
/// <remarks>
/// Square unless it says otherwise. Operators own no tensors and are never disposed; what they are made of stays the caller's and
/// has to live as long as they do. They add up, scale, compose and are cut into blocks without being written out.
/// </remarks>
/// <example>(2 A + I) v for A = diag(1, 3) and v = (1, 1).<code>
/// using Tensor matrix = torch.diag(torch.tensor(new[] { 1.0, 3.0 })), ones = torch.ones(2, torch.float64);
/// LinearOperator sum = (2 * new DenseOperator(matrix, isSelfAdjoint: true)).Damped(1);
/// using Tensor product = sum.Apply(ones);
/// Console.WriteLine(product[1].item&lt;double&gt;());      // prints 7
/// </code></example>
internal abstract partial class LinearOperator
{
    /// <summary>P, the length of the vectors it takes: its number of columns.</summary>
    public abstract long Size { get; }

    /// <summary>The length of its products: its number of rows. P unless it is a block beside the diagonal or a factor.</summary>
    public virtual long Rows => Size;

    /// <summary>Element type of the vectors.</summary>
    public abstract ScalarType Type { get; }

    /// <summary>Whether the matrix equals its transpose; false when that isn't known.</summary>
    public abstract bool IsSelfAdjoint { get; }

    /// <summary>Whether no vector has a negative product with its image; false when that isn't known.</summary>
    public abstract bool IsPositiveSemidefinite { get; }

    /// <summary>The parameters that the coordinates of its vectors belong to; null when they have no names.</summary>
    public virtual ParameterVector? Parameters => null;

    /// <summary>How many vectors it has been multiplied with, by itself or as a part of others.</summary>
    public long Products { get; private set; }

    /// <summary>The products with one vector or with several.</summary>
    /// <param name="vectors">Shape [P] or [P, K], of <see cref="Type"/>, in any memory layout.</param>
    /// <returns>[R] or [R, K], R the number of rows, in memory of its own; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The vectors have another shape or type.</exception>
    public Tensor Apply(Tensor vectors) => Apply(vectors, Size, Rows, ApplyToColumns);

    /// <summary>The products of the transpose with one vector or with several.</summary>
    /// <param name="vectors">Shape [R] or [R, K], R the number of rows, of <see cref="Type"/>.</param>
    /// <returns>[P] or [P, K]; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The vectors have another shape or type.</exception>
    public Tensor ApplyAdjoint(Tensor vectors) =>
        Apply(vectors, Rows, Size, IsSelfAdjoint ? ApplyToColumns : ApplyAdjointToColumns);

    /// <summary>The products with the columns of [P, K], K at least 1; tensors belong to the current dispose scope.</summary>
    /// <returns>[R, K] in memory of its own, which the caller may change.</returns>
    protected abstract Tensor ApplyToColumns(Tensor columns);

    /// <summary>The products of the transpose; has to be there unless the operator is self-adjoint.</summary>
    /// <inheritdoc cref="ApplyToColumns"/>
    protected virtual Tensor ApplyAdjointToColumns(Tensor columns) =>
        throw new NotSupportedException($"{GetType().Name} isn't self-adjoint and has no products with its transpose.");

    private Tensor Apply(Tensor vectors, long length, long rows, Func<Tensor, Tensor> multiply)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        if (vectors.dim() is not (1 or 2) || vectors.shape[0] != length || vectors.dtype != Type)
        {
            string advice = vectors.dim() == 2 && vectors.shape[0] != length && vectors.shape[1] == length
                ? " Vectors are columns: pass the transpose." : string.Empty;
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"vectors: expected {Type} [{length}] or [{length}, K], got {vectors.dtype} {Shape.Of(vectors)}.{advice}"),
                nameof(vectors));
        }

        long count = vectors.dim() == 1 ? 1 : vectors.shape[1];
        if (count == 0)
            return zeros(rows, 0, dtype: Type);
        Products += count;
        using DisposeScope scope = NewDisposeScope();
        Tensor product = vectors.dim() == 1 ? multiply(vectors.unsqueeze(1)).squeeze(1) : multiply(vectors);
        return product.MoveToOuterDisposeScope();
    }
}
