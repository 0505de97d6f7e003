using System.Globalization;
using Tessar.Gradients.Projections;

namespace Tessar.Lenses.Data.Kernels;

/// <summary>What it costs to describe gradients by their products with k landmarks, known before it is done.</summary>
/// <param name="Train">n.</param>
/// <param name="NumbersPerExample">
/// d: numbers kept for an example's gradient, which is also multiplications for a pair of examples.
/// </param>
/// <param name="Width">k.</param>
/// <param name="Budget">Bytes that may be taken.</param>
internal sealed record LandmarkPlan(long Train, long NumbersPerExample, long Width, long Budget)
{
    /// <summary>
    /// Floating-point operations per checkpoint: the landmarks' kernel with its inverse factor, products with all examples, the
    /// k×k solve.
    /// </summary>
    public double Operations
    {
        get
        {
            double n = Train, k = Width, d = NumbersPerExample;
            return 2 * (n + k) * k * d + 4 * n * k * k + 2 * k * k * k;
        }
    }

    /// <summary>Bytes that stay taken while examples pass: landmarks, their kernel and its factor in fp64, the inverse.</summary>
    public long Bytes => LandmarkProjection.BytesOf(NumbersPerExample, Width);

    /// <summary>Whether there are examples enough, and it keeps to memory and to the time of an automatic choice.</summary>
    /// <param name="checkpoints">How often it is done.</param>
    public bool IsCheap(int checkpoints) =>
        Width <= Train && Bytes <= Budget && Operations * checkpoints <= ExactPlan.CheapOperations;

    /// <summary>The figures, for a sentence.</summary>
    /// <param name="checkpoints">How often it is done.</param>
    public string Describe(int checkpoints) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Bytes:N0} bytes of {Budget:N0} and {Operations * checkpoints / 1e12:0.00} TFLOP of "
            + $"{ExactPlan.CheapOperations / 1e12:0}");
}
