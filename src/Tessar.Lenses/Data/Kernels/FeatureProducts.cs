using Tessar.Lenses.Data.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kernels;

/// <summary>
/// Products of blocks of features: fp64 throughout when that is cheap, else fp32 within a block and fp64 between blocks.
/// </summary>
internal static class FeatureProducts
{
    private const double CheapMultiplications = 1e11;

    // A sketch's features are random signs of fp16 numbers: past a second or so, fp64 buys nothing that they have.
    private const double CheapSketchMultiplications = 3e10;
    private const int ColumnBlock = 256;

    /// <summary>Whether a product of that many multiplications is done in fp64.</summary>
    public static bool IsDouble(double multiplications) => multiplications <= CheapMultiplications;

    /// <summary>Relative size of the rounding errors of a product.</summary>
    public static double Rounding(double multiplications) => IsDouble(multiplications) ? 1e-13 : 1e-6;

    /// <summary>ΦᵀRΦ, shape [k, k], fp64; the caller disposes it.</summary>
    /// <param name="features">Φ, [n, k].</param>
    /// <param name="weights">The diagonal of R, [n]; null means 1.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    public static Tensor Gram(IFeatureRows features, Tensor? weights, CancellationToken cancellation)
    {
        if (IsSketch(features, weights))
            return SymmetricGram(features, ScalarType.Float32, cancellation);
        ScalarType type = TypeFor((double)features.Count * features.Width * features.Width);
        Tensor gram = zeros(features.Width, features.Width, dtype: ScalarType.Float64);
        foreach ((int first, int count) in FeatureBlocks.Of(features.Count))
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor block = features.Read(first, count).to_type(type);
            Tensor weighted = weights is null ? block : block * weights.narrow(0, first, count).to_type(type).unsqueeze(1);
            gram.add_(weighted.t().mm(block));
        }

        return gram;
    }

    /// <summary>Relative size of the rounding errors of <see cref="Gram"/>.</summary>
    public static double RoundingOfGram(IFeatureRows features, Tensor? weights) => IsSketch(features, weights)
        ? Rounding(double.PositiveInfinity)
        : Rounding((double)features.Count * features.Width * features.Width);

    /// <summary>
    /// ΦᵀΦ from the half of it on and above the diagonal, by blocks of columns: little more than half the work.
    /// </summary>
    /// <param name="features">Φ, [n, k].</param>
    /// <param name="type">Type of the products within a block of rows; blocks are added in fp64.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    /// <returns>Shape [k, k], fp64, symmetric to the last bit; the caller disposes it.</returns>
    public static Tensor SymmetricGram(IFeatureRows features, ScalarType type, CancellationToken cancellation)
    {
        int width = features.Width;
        using DisposeScope outer = NewDisposeScope();
        Tensor half = zeros(width, width, dtype: ScalarType.Float64);
        foreach ((int first, int count) in FeatureBlocks.Of(features.Count))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor block = features.Read(first, count).to_type(type);
            for (int from = 0; from < width; from += ColumnBlock)
            {
                cancellation.ThrowIfCancellationRequested();
                using DisposeScope columns = NewDisposeScope();
                int size = Math.Min(ColumnBlock, width - from);
                Tensor product = block.narrow(1, 0, from + size).t().mm(block.narrow(1, from, size));
                half.narrow(0, 0, from + size).narrow(1, from, size).add_(product);
            }
        }

        return (half.triu() + half.triu(1).t()).MoveToOuterDisposeScope();
    }

    /// <summary>A Bᵀ for two sets of features, shape [a, b], fp64; the caller disposes it.</summary>
    public static Tensor Cross(IFeatureRows left, IFeatureRows right, CancellationToken cancellation)
    {
        ScalarType type = TypeFor((double)left.Count * right.Count * left.Width);
        Tensor product = empty(left.Count, right.Count, dtype: ScalarType.Float64);
        foreach ((int rightFirst, int rightCount) in FeatureBlocks.Of(right.Count))
        {
            using Tensor rightBlock = right.Read(rightFirst, rightCount).to_type(type);
            foreach ((int first, int count) in FeatureBlocks.Of(left.Count))
            {
                cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                Tensor block = left.Read(first, count).to_type(type);
                product.narrow(0, first, count).narrow(1, rightFirst, rightCount).copy_(block.mm(rightBlock.t()));
            }
        }

        return product;
    }

    private static bool IsSketch(IFeatureRows features, Tensor? weights) =>
        weights is null && features is GradientStore { IsHalf: true, Header.Origin.Projection: "sketch" }
            && (double)features.Count * features.Width * features.Width > CheapSketchMultiplications;

    private static ScalarType TypeFor(double multiplications) =>
        IsDouble(multiplications) ? ScalarType.Float64 : ScalarType.Float32;
}
