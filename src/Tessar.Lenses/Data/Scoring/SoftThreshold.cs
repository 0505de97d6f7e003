using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Scoring;

/// <summary>S_λ(τ) = sign(τ)·max(|τ| − λ, 0), column by column: what isn't clearly an influence becomes none.</summary>
/// <remarks>
/// Scores have no unit, so λ is given as a quantile of a column's absolute scores. Source: arXiv:2303.14186, section 3, step 5.
/// </remarks>
internal static class SoftThreshold
{
    /// <summary>Shrinks the scores in place.</summary>
    /// <param name="scores">[n, m].</param>
    /// <param name="quantile">In [0, 1): λ is the ⌊quantile·n⌋-th smallest |τ| of the column, none for 0.</param>
    public static void Apply(Tensor scores, double quantile)
    {
        long rank = (long)Math.Floor(quantile * scores.shape[0]);
        if (rank == 0)
            return;
        using DisposeScope scope = NewDisposeScope();
        Tensor size = scores.abs();
        Tensor threshold = size.kthvalue(rank, 0, keepdim: true).values;
        scores.copy_(scores.sign().mul_(size.sub_(threshold).clamp_min_(0)));
    }
}
