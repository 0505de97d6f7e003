using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kernels;

/// <summary>One checkpoint's kernels for any damping: what doesn't depend on λ is there once.</summary>
/// <param name="factors">Q, [n]; disposed with this.</param>
/// <param name="meanSquaredNorm">s̄ = tr(ΦᵀRΦ)/n.</param>
/// <param name="build">The kernel for a relative damping; only one may be alive at a time.</param>
/// <param name="owned">Disposed with this.</param>
internal sealed class DampedKernels(
    Tensor factors, double meanSquaredNorm, Func<double, ScoreKernel> build, params IReadOnlyList<IDisposable> owned)
    : IDisposable
{
    /// <summary>Q, [n].</summary>
    public Tensor Factors => factors;

    /// <summary>s̄, the mean squared norm of a feature: λ is given relative to it.</summary>
    public double MeanSquaredNorm => meanSquaredNorm;

    /// <summary>
    /// The kernel for λ = <paramref name="relativeDamping"/>·s̄; the caller disposes it before asking for the next.
    /// </summary>
    public ScoreKernel At(double relativeDamping) => build(relativeDamping);

    public void Dispose()
    {
        foreach (IDisposable part in owned)
            part.Dispose();
        factors.Dispose();
    }
}
