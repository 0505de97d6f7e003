using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Features;

/// <summary>Whether rows can be used: kernels and norms are made of their squares.</summary>
internal static class FiniteRows
{
    /// <summary>The first row that isn't finite, or whose sum of squares isn't in fp32; null when all are.</summary>
    /// <param name="rows">Shape [B, k], fp32, k at least 1.</param>
    public static int? FirstOverflow(Tensor rows)
    {
        // abs().max() hands on NaN and infinity, so one pass checks everything, unless a square may overflow where the number
        // doesn't.
        double largest = rows.abs().max().item<float>();
        if (largest * largest * rows.shape[1] <= float.MaxValue)
            return null;
        using DisposeScope scope = NewDisposeScope();
        Tensor overflowing = rows.square().sum(1).isfinite().logical_not().nonzero().flatten();
        return overflowing.numel() == 0 ? null : (int)overflowing.min().item<long>();
    }
}
