using static TorchSharp.torch;

namespace Tessar.Tensors;

/// <summary>Matrix products that compare shapes before they call native code.</summary>
/// <remarks>libtorch's own <c>matmul</c> ends the process when shapes don't fit, because its wrapper lacks a guard.</remarks>
public static class Product
{
    /// <summary>The product of two matrices, two batches of matrices, or a matrix and a vector.</summary>
    /// <param name="left">Shape [M, K] or [B, M, K].</param>
    /// <param name="right">Shape [K, N] or [K] with a [M, K] left side; [B, K, N] with a [B, M, K] left side.</param>
    /// <returns>Shape [M, N], [M] or [B, M, N]; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The shapes or element types don't fit.</exception>
    public static Tensor Of(Tensor left, Tensor right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.dtype != right.dtype)
            throw new ArgumentException(
                $"left is {left.dtype} and right is {right.dtype}; both must have one element type.", nameof(right));
        return (left.dim(), right.dim()) switch
        {
            (2, 2) when left.shape[1] == right.shape[0] => left.mm(right),
            (2, 1) when left.shape[1] == right.shape[0] => left.mv(right),
            (3, 3) when left.shape[0] == right.shape[0] && left.shape[2] == right.shape[1] => left.bmm(right),
            _ => throw new ArgumentException(
                $"left has shape {Shape.Of(left)} and right {Shape.Of(right)}; expected [M, K]·[K, N], [M, K]·[K] or [B, M, "
                    + $"K]·[B, K, N].",
                nameof(right)),
        };
    }
}
