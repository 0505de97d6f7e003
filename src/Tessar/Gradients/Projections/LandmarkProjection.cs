using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Gradients.Projections;

/// <summary>
/// Projects gradients onto the span of the gradients of k landmarks, training examples drawn at random (Nyström).
/// </summary>
/// <remarks>
/// φ(z) = L⁻¹ [⟨g_l, g(z)⟩]_l with LLᵀ the landmarks' kernel: inner products with landmarks are exact, and between other examples
/// those of their projections. Unlike a sketch it looks at the data: what gradients have in common is kept whole, what only one
/// example has is lost. Cost: n·k·d multiplications, d numbers per gradient, and n·k²; memory k·d numbers. Source: Williams,
/// Seeger, "Using the Nyström method to speed up kernel machines", 2001.
/// </remarks>
internal sealed class LandmarkProjection : IGradientProjection, IDisposable
{
    // Relative to the mean diagonal: landmarks that are nearly equal would otherwise blow up rounding.
    private const double Jitter = 1e-6;

    private readonly GradientModel _model;
    private readonly HeldGradients _landmarks;
    private readonly Tensor _inverse;

    /// <summary>Draws landmarks and computes their gradients and kernel.</summary>
    /// <param name="model">Whose gradients; has to outlive this.</param>
    /// <param name="train">Where landmarks are drawn from; at least k examples.</param>
    /// <param name="width">k.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="batchSize">Examples per forward pass.</param>
    /// <param name="context">Cancellation and limits.</param>
    /// <exception cref="TessarException">
    /// There are fewer examples than k, or the landmarks' gradients don't fit into memory.
    /// </exception>
    public LandmarkProjection(GradientModel model, ExampleSet train, int width, ulong seed, int batchSize, Work context)
    {
        (_model, Width) = (model, width);
        if (width > train.Count)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"projection-dimension is {width}, but {train} has only {train.Count} examples to be landmarks. Choose a smaller "
                    + $"one, or projection=none."), ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.SetMethodOption, "projection", "none")]
            };
        }

        long bytes = BytesOf(GradientFactors.NumbersPerExampleOf(model, train), width);
        if (bytes > context.MemoryBudget)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"The gradients of {width} landmarks need {bytes:N0} bytes; the memory budget is {context.MemoryBudget:N0}. "
                    + $"Choose a smaller `projection-dimension`, or projection=sketch."), ErrorKind.Environment)
            {
                Remedies = [
                    new(RemedyKind.SetMethodOption, "projection-dimension"),
                    new(RemedyKind.SetMethodOption, "projection", "sketch")
                ],
            };
        }

        int[] chosen = [.. SketchHash.Subset(SketchHash.Key(seed, model.CheckpointNumber, 0), train.Count, width)
            .Select(i => (int)i)];
        using DisposeScope outer = NewDisposeScope();
        HeldGradients? room = null;
        int put = 0;
        foreach (int[] indices in chosen.Chunk(batchSize))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (CapturedBatch batch, _) = model.Run(train, indices);
            GradientFactors gradients = GradientFactors.Of(model.Gradients, batch);
            room ??= new HeldGradients(gradients, width).MoveToOuterScope();
            room.Put(put, gradients);
            put += indices.Length;
        }

        _inverse = Inverse(room!).DetachFromDisposeScope();
        _landmarks = room!.Detach();
    }

    public int Width { get; }

    public IReadOnlyList<string> Description => [string.Create(CultureInfo.InvariantCulture, $"landmarks {Width}")];

    /// <summary>Bytes that stay taken while examples pass: landmarks, their kernel and its factor in fp64, the inverse.</summary>
    /// <param name="numbersPerExample">Numbers kept for an example's gradient.</param>
    /// <param name="width">k.</param>
    public static long BytesOf(long numbersPerExample, long width) =>
        width * ((numbersPerExample * sizeof(float)) + (24 * width));

    public Tensor Project(CapturedBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        GradientFactors gradients = GradientFactors.Of(_model.Gradients, batch);
        var held = new HeldGradients(gradients, batch.Count);
        held.Put(0, gradients);
        return held.InnerProducts(_landmarks).to_type(ScalarType.Float32).mm(_inverse).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _landmarks.Dispose();
        _inverse.Dispose();
    }

    // L⁻ᵀ, fp32.
    private static Tensor Inverse(HeldGradients landmarks)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor kernel = landmarks.InnerProducts(landmarks).to_type(ScalarType.Float64);
        Tensor diagonal = kernel.diagonal();
        diagonal.add_(Jitter * diagonal.mean());
        (Tensor factor, Tensor info) = linalg.cholesky_ex(kernel);
        if (info.item<int>() > 0)
            throw new NumericalException(
                "The kernel of the landmarks isn't positive definite: their gradients aren't finite, or all zero. Choose "
                    + "projection=sketch.")
            { Remedies = [new(RemedyKind.SetMethodOption, "projection", "sketch")] };
        Tensor inverse = linalg.solve_triangular(factor, eye(kernel.shape[0], dtype: ScalarType.Float64), upper: false);
        return inverse.t().to_type(ScalarType.Float32).contiguous().MoveToOuterDisposeScope();
    }
}
