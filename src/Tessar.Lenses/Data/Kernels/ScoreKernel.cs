using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kernels;

/// <summary>One checkpoint's part of a TRAK score: φ_iᵀ K⁻¹ φ(q) with K = ΦᵀRΦ + λI.</summary>
internal abstract class ScoreKernel : IDisposable
{
    private IDisposable? _owned;

    /// <summary>Absolute λ that was used.</summary>
    public double Damping { get; protected init; }

    /// <summary>s̄ = tr(ΦᵀΦ)/n, the mean squared norm of a feature: λ is given relative to it.</summary>
    public double MeanSquaredNorm { get; protected init; }

    /// <summary>φ_iᵀ K⁻¹ φ(q) for train rows [first, first + count) and every target.</summary>
    /// <returns>Shape [count, m], fp64; the caller disposes it.</returns>
    public abstract Tensor Scores(int first, int count);

    /// <summary>φ_iᵀ K⁻¹ φ_i for train rows [first, first + count).</summary>
    /// <returns>Shape [count], fp64; the caller disposes it.</returns>
    public abstract Tensor SelfScores(int first, int count);

    /// <summary>h_i = R_ii φ_iᵀ K⁻¹ φ_i for train rows [first, first + count).</summary>
    /// <returns>Shape [count], fp64; the caller disposes it.</returns>
    public virtual Tensor Leverages(int first, int count) => SelfScores(first, count);

    /// <summary>Makes the kernel dispose what it reads from together with itself.</summary>
    public ScoreKernel Owning(IDisposable source)
    {
        _owned = source;
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        _owned?.Dispose();
    }

    /// <summary>Disposes the kernel's own tensors.</summary>
    protected abstract void Release();
}
