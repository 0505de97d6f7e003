using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Trajectory;

/// <summary>
/// Functions of the curvature H = ΦᵀRΦ/n of a training loss in the margins, R = p(1 − p), from the n×n kernel of its gradients
/// alone.
/// </summary>
/// <remarks>
/// With √R ΦΦᵀ √R = U S Uᵀ, H has the eigenvalues σ = S/n and zeros, so that f(H)v = f(0)v + ΦᵀC with
/// C = √R U (f(σ) − f(0))/(nσ) Uᵀ √R Φv: of v only its products with the gradients are needed. Time: about 9 n³; memory: 16 n²
/// bytes while it is made, 8 n² afterwards.
/// </remarks>
internal sealed class KernelCurvature : IDisposable
{
    private readonly Tensor _basis;

    /// <summary>Finds eigenvalues and eigenvectors.</summary>
    /// <param name="kernel">ΦΦᵀ, [n, n], fp64, valid on and above its diagonal; overwritten.</param>
    /// <param name="probabilities">p of each example's label, [n].</param>
    public KernelCurvature(Tensor kernel, Tensor probabilities)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor p = probabilities.to_type(ScalarType.Float64), roots = (p * (1 - p)).clamp(min: 0).sqrt().unsqueeze(1);
        (Tensor values, Tensor vectors) = linalg.eigh(kernel.mul_(roots).mul_(roots.t()), 'U');
        Eigenvalues = (values.clamp(min: 0) / kernel.shape[0]).DetachFromDisposeScope();
        _basis = vectors.mul_(roots).DetachFromDisposeScope();
    }

    /// <summary>σ, [n], fp64, ascending; stays the curvature's.</summary>
    public Tensor Eigenvalues { get; }

    /// <summary>C with f(H)v = f(0)v + ΦᵀC.</summary>
    /// <param name="products">Φv, [n, m], fp64.</param>
    /// <param name="slope">(f(σ) − f(0))/σ, [n], fp64.</param>
    /// <returns>[n, m], fp64; the caller disposes it.</returns>
    public Tensor Coefficients(Tensor products, Tensor slope)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor along = _basis.t().mm(products).mul_((slope / Eigenvalues.shape[0]).unsqueeze(1));
        return _basis.mm(along).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Eigenvalues.Dispose();
        _basis.Dispose();
    }
}
