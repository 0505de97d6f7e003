using Tessar.Lenses.Data.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kernels;

/// <summary>The relative damping that a checkpoint gets when none is asked for.</summary>
/// <remarks>
/// <para>
/// A training of time τ leaves directions with less curvature than 1/τ unlearned, as a penalty of that size would: with the
/// curvature ΦᵀRΦ/n of the loss and R about its mean R̄, λ = n/(τ R̄), relative to s̄. Networks that fit their training examples
/// have a smaller one than the linearisation can bear: no less than <see cref="Least"/> is taken, which is best for them.
/// </para>
/// <para>
/// A sketch adds noise of the size s̄√(n/k) to the kernel, which the inverse blows up and which the mean over C checkpoints
/// averages: λ is multiplied by 1 + √(n/k)/C. Fitted by nothing but the number 1 before the root; the measured table stands in
/// docs/data/trak.md.
/// </para>
/// </remarks>
/// <param name="Projection">How gradients are shortened.</param>
/// <param name="Width">k.</param>
/// <param name="Checkpoints">C.</param>
internal sealed record DampingRule(TrakProjection Projection, int Width, int Checkpoints)
{
    /// <summary>For networks that fit their training examples.</summary>
    public const double Least = 0.3;

    /// <summary>λ/s̄.</summary>
    /// <param name="time">τ; null where it isn't known.</param>
    /// <param name="curvature">R̄, the mean of p(1 − p); 1 where R is part of the kernel; null where it isn't known.</param>
    /// <param name="examples">n.</param>
    /// <param name="meanSquaredNorm">s̄.</param>
    public double Of(double? time, double? curvature, int examples, double meanSquaredNorm)
    {
        double slope = (time * curvature * meanSquaredNorm) ?? 0;
        double relative = slope > 0 ? Math.Max(Least, examples / slope) : Least;
        return Projection == TrakProjection.Sketch
            ? relative * (1 + Math.Sqrt((double)examples / Width) / Checkpoints)
            : relative;
    }

    /// <summary>R̄ from Q = 1 − p, [n].</summary>
    public static double MeanCurvature(Tensor q)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor wide = q.to_type(ScalarType.Float64);
        return (wide * (1 - wide)).mean().item<double>();
    }
}
