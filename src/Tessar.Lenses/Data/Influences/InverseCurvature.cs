using Tessar.Methods;
using Tessar.Results;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Influences;

/// <summary>A way to multiply by (H + λI)⁻¹ of one checkpoint.</summary>
internal abstract class InverseCurvature : IDisposable
{
    /// <summary>Absolute λ.</summary>
    public abstract double Damping { get; }

    /// <summary>(H + λI)⁻¹ B for B [P, m], in the model's type; the caller disposes it.</summary>
    /// <param name="columns">B.</param>
    /// <param name="context">Progress and cancellation of this call.</param>
    public abstract Tensor Solve(Tensor columns, MethodContext context);

    /// <summary>What it found out about itself in all calls so far.</summary>
    public virtual IEnumerable<SelfCheck> Checks => [];

    /// <summary>What to know before trusting its products.</summary>
    public virtual IEnumerable<string> Remarks => [];

    public virtual void Dispose()
    {
    }
}
