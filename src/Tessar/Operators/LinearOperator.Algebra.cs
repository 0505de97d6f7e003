using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <content>What is made from operators: sums, multiples, products, transposes, blocks, and the matrix written out.</content>
internal abstract partial class LinearOperator
{
    private const long DenseLimit = 1L << 30;
    private const int DenseColumns = 64;

    /// <summary>A + B, both of one size and type.</summary>
    public static LinearOperator operator +(LinearOperator left, LinearOperator right) => new SumOperator(left, right);

    /// <summary>A − B, both of one size and type.</summary>
    public static LinearOperator operator -(LinearOperator left, LinearOperator right) =>
        new SumOperator(left, new ScaledOperator(right, -1));

    /// <summary>−A.</summary>
    public static LinearOperator operator -(LinearOperator inner) => new ScaledOperator(inner, -1);

    /// <summary>c A.</summary>
    public static LinearOperator operator *(double factor, LinearOperator inner) => new ScaledOperator(inner, factor);

    /// <summary>A c.</summary>
    public static LinearOperator operator *(LinearOperator inner, double factor) => new ScaledOperator(inner, factor);

    /// <summary>A B: first B, then A.</summary>
    public static LinearOperator operator *(LinearOperator left, LinearOperator right) => new ComposedOperator(left, right);

    /// <summary>A + λI.</summary>
    /// <param name="damping">λ, absolute.</param>
    public LinearOperator Damped(double damping) => new DampedOperator(this, damping);

    /// <summary>The transpose; the operator itself when it is self-adjoint.</summary>
    public virtual LinearOperator Adjoint() => IsSelfAdjoint ? this : new AdjointOperator(this);

    /// <summary>The principal block of some parameters.</summary>
    /// <param name="names">Of parameters (<c>fc1.weight</c>) or of whole layers (<c>fc1</c>).</param>
    /// <exception cref="ArgumentException">The coordinates have no names, or no parameter is called so.</exception>
    /// <remarks>Costs products with the whole matrix. For curvature, <see cref="ParameterVector.Only"/> before it is made is
    /// cheaper.</remarks>
    public LinearOperator Block(params IReadOnlyList<string> names)
    {
        RangeSelection some = Named(names);
        return new SubmatrixOperator(this, some, some) { Named = Parameters!.Only(names) };
    }

    /// <summary>The block of some rows and some columns.</summary>
    /// <param name="rows">Names of the parameters or layers whose rows are taken.</param>
    /// <param name="columns">Names of those whose columns are taken.</param>
    /// <exception cref="ArgumentException">The coordinates have no names, or no parameter is called so.</exception>
    public LinearOperator Block(IReadOnlyList<string> rows, IReadOnlyList<string> columns) =>
        new SubmatrixOperator(this, Named(rows), Named(columns));

    /// <summary>The block of one range of rows and one of columns.</summary>
    /// <param name="firstRow">In [0, R].</param>
    /// <param name="rows">How many, firstRow + rows ≤ R.</param>
    /// <param name="firstColumn">In [0, P].</param>
    /// <param name="columns">How many, firstColumn + columns ≤ P.</param>
    public LinearOperator Block(long firstRow, long rows, long firstColumn, long columns) =>
        new SubmatrixOperator(this, new RangeSelection(Rows, (firstRow, rows)), new RangeSelection(Size, (firstColumn, columns)));

    /// <summary>The matrix written out, by its products with unit vectors.</summary>
    /// <param name="type">Element type of the result; null for the operator's own.</param>
    /// <param name="limit">Most bytes that the result may take; 1 GiB unless said otherwise.</param>
    /// <param name="progress">Hears how many columns are there; may be null.</param>
    /// <returns>[R, P]; the caller disposes it.</returns>
    /// <exception cref="TessarException">The result would take more than the limit.</exception>
    /// <remarks>Cost: P products, 64 at a time.</remarks>
    public Tensor ToDense(ScalarType? type = null, long limit = DenseLimit, Action<long>? progress = null)
    {
        ScalarType kind = type ?? Type;
        double bytes = (double)Rows * Size * (kind == ScalarType.Float64 ? sizeof(double) : sizeof(float));
        if (bytes > limit)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"Written out, the matrix of [{Rows:N0}, {Size:N0}] numbers takes {bytes:N0} bytes; allowed are {limit:N0}. ")
                + "Take a block of it, work with its products, or allow more.", ErrorKind.Environment);
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = empty(Rows, Size, dtype: kind);
        for (long first = 0; first < Size; first += DenseColumns)
        {
            using DisposeScope inner = NewDisposeScope();
            long count = Math.Min(DenseColumns, Size - first);
            Tensor units = zeros(Size, count, dtype: Type);
            units.narrow(0, first, count).copy_(eye(count, dtype: Type));
            matrix.narrow(1, first, count).copy_(Apply(units));
            progress?.Invoke(first + count);
        }

        return matrix.MoveToOuterDisposeScope();
    }

    private RangeSelection Named(IReadOnlyList<string> names) => Parameters is { } parameters && Rows == Size
        ? parameters.Ranges(names)
        : throw new ArgumentException(
            $"The coordinates of {GetType().Name} have no names; its blocks are taken by ranges. Names come with a model's "
            + "curvature.", nameof(names));
}
