using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kernels;

/// <summary>What the kernel of unprojected gradients costs, known before it is computed.</summary>
/// <param name="Train">n.</param>
/// <param name="Targets">m.</param>
/// <param name="NumbersPerExample">
/// d: numbers kept for an example's gradient, which is also multiplications for a pair of examples.
/// </param>
/// <param name="WithSelf">Whether the scores of examples on themselves are needed.</param>
/// <param name="Dampings">How many values of λ.</param>
/// <param name="Budget">Bytes that may be taken.</param>
internal sealed record ExactPlan(long Train, long Targets, long NumbersPerExample, bool WithSelf, int Dampings, long Budget)
{
    /// <summary>
    /// Floating-point operations that the automatic choice spends at most, over all checkpoints: a minute or two on two cores.
    /// </summary>
    public const double CheapOperations = 5e12;

    // Below this, fp64 costs nothing that matters.
    private const long DoubleUpTo = 4096;

    /// <summary>Type of the kernel: fp64 for small ones, else fp32, whose solutions are refined.</summary>
    public ScalarType Type => Train <= DoubleUpTo && Fixed(8) + LeastHeld <= Budget ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>Floating-point operations: products, factor, solution with one step of refinement.</summary>
    public double Operations
    {
        get
        {
            double n = Train, m = Targets;
            return n * n * NumbersPerExample + 2 * n * m * NumbersPerExample
                + Dampings * (n * n * n / 3 + 10 * n * n * m + (WithSelf ? 10 * n * n * n : 0));
        }
    }

    /// <summary>Examples whose gradients are held at once.</summary>
    public int HeldAtOnce =>
        (int)Math.Clamp(
            (Budget - Fixed(Type == ScalarType.Float64 ? 8 : 4)) / Math.Max(1, BytesPerExample),
            Math.Min(Train, SymmetricSystem.Block), Train);

    /// <summary>Bytes: the kernel, scores, gradients that are held.</summary>
    public long Bytes => Fixed(Type == ScalarType.Float64 ? 8 : 4) + HeldAtOnce * BytesPerExample;

    /// <summary>Bytes without which it can't be done.</summary>
    public long LeastBytes => Fixed(Train <= DoubleUpTo ? 8 : 4) + LeastHeld;

    /// <summary>Whether it fits into memory.</summary>
    public bool Fits => Fixed(4) + LeastHeld <= Budget;

    /// <summary>Whether it also keeps to the automatic choice's time, and most gradients are computed once.</summary>
    /// <param name="checkpoints">How many kernels there are.</param>
    public bool IsCheap(int checkpoints) => Fits && HeldAtOnce >= Train / 4 && Operations * checkpoints <= CheapOperations;

    /// <summary>The figures, for a sentence.</summary>
    /// <param name="checkpoints">How many kernels there are.</param>
    public string Describe(int checkpoints) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Bytes:N0} bytes of {Budget:N0} and {Operations * checkpoints / 1e12:0.00} TFLOP of {CheapOperations / 1e12:0}");

    // One buffer for a batch's copy beside what is held.
    private long BytesPerExample => NumbersPerExample * sizeof(float);

    private long LeastHeld => Math.Min(Train, SymmetricSystem.Block) * BytesPerExample;

    // The kernel; diagonal blocks of its factor and one row of blocks in fp64; products and scores, each in fp64.
    private long Fixed(int bytesPerNumber) =>
        bytesPerNumber * Train * Train + 16L * Train * Math.Min(Train, SymmetricSystem.Block)
            + 8L * (2 + Dampings) * Train * Math.Max(1, Targets);
}
