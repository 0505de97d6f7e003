using static TorchSharp.torch;

namespace Tessar.Operators.Inverses;

/// <summary>A way to multiply by (H + λI)⁻¹ of one checkpoint.</summary>
internal abstract class InverseCurvature : IDisposable
{
    /// <summary>Absolute λ.</summary>
    public abstract double Damping { get; }

    /// <summary>(H + λI)⁻¹ B for B [P, m], in the model's type; the caller disposes it.</summary>
    /// <param name="columns">B.</param>
    /// <param name="work">Progress and cancellation of this call.</param>
    public abstract Tensor Solve(Tensor columns, Work work);

    /// <summary>What it found out about itself in all calls so far.</summary>
    public virtual IEnumerable<SelfCheck> Checks => [];

    /// <summary>What to know before trusting its products.</summary>
    public virtual IEnumerable<string> Remarks => [];

    public virtual void Dispose()
    {
    }
}
