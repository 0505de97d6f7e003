using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kernels;

/// <summary>The kernels of unprojected gradients: K = ΦΦᵀ is n×n and comes from inner products.</summary>
/// <remarks>
/// With R = p(1 − p): Φ (ΦᵀRΦ + λI)⁻¹ φ(q) = (ΦΦᵀR + λI)⁻¹ Φφ(q), which <see cref="SymmetricSystem"/> solves without dividing by
/// R.
/// </remarks>
internal static class ExactKernels
{
    // Sums of fp32 products, relative to the largest.
    private const double Rounding = 1e-6;

    /// <summary>Computes the kernel and what it has to be solved for.</summary>
    /// <param name="products">The products of whose gradients.</param>
    /// <param name="train">n examples.</param>
    /// <param name="targets">m examples, or null for the train set's own scores alone.</param>
    /// <param name="plan">Sizes and types.</param>
    /// <param name="useCurvatureWeights">Whether R is p(1 − p) instead of 1.</param>
    /// <param name="noteResidual">Told each solution's largest relative residual.</param>
    /// <param name="cancellation">Ends it.</param>
    public static DampedKernels Of(
        SymmetricProducts products, ExampleSet train, ExampleSet? targets, ExactPlan plan, bool useCurvatureWeights,
        Action<double> noteResidual, CancellationToken cancellation)
    {
        (Tensor kernel, Tensor cross, Tensor q) = products.Of(train, targets, plan.Type, plan.HeldAtOnce);
        Tensor? weights = useCurvatureWeights ? Curvature(q) : null;
        var system = new SymmetricSystem(kernel, weights);
        return new DampedKernels(
            q, system.MeanDiagonal(), Build, weights is null ? [system, cross] : [system, cross, weights]);

        ScoreKernel Build(double damping)
        {
            var solved = new SolvedKernel(system, cross, damping, Rounding, weights, plan.WithSelf, cancellation);
            noteResidual(system.Residual);
            return solved;
        }
    }

    /// <summary>R = p(1 − p) with p = 1 − Q, [n].</summary>
    public static Tensor Curvature(Tensor q)
    {
        using Tensor p = 1 - q;
        return q * p;
    }
}
