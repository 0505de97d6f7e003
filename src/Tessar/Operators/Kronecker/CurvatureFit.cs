using System.Diagnostics;
using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators.Kronecker;

/// <summary>Measures a curvature: covariances in a first pass, their eigenvectors, eigenvalues in a second pass.</summary>
/// <remarks>
/// What is done is kept: a call after an interruption goes on where the last one stopped, to the same bits. Several sources are
/// treated as one larger set: their covariances and eigenvalues are means over all of them.
/// </remarks>
/// <param name="shapes">The blocks.</param>
/// <param name="sources">Opens the models, one after the other.</param>
/// <param name="examples">Examples of each.</param>
/// <param name="batchSize">Examples per forward pass.</param>
/// <param name="type">Type of the gradients.</param>
/// <param name="files">Where to keep results; null for nowhere.</param>
/// <param name="work">Progress, cancellation and limits.</param>
internal sealed class CurvatureFit(
    IReadOnlyList<BlockShape> shapes, IReadOnlyList<Func<CurvatureSource>> sources, int examples, int batchSize, ScalarType type,
    FactorFiles? files,
    Work work)
{
    private static readonly TimeSpan _betweenSaves = TimeSpan.FromSeconds(60);

    /// <summary>Refuses layers whose factors are too large, before anything expensive starts.</summary>
    /// <param name="shapes">The blocks of one curvature.</param>
    /// <param name="curvatures">How many are kept at once.</param>
    /// <param name="work">The budget.</param>
    public static void CheckMemory(IReadOnlyList<BlockShape> shapes, int curvatures, Work work)
    {
        long largest = 0, bytes = 0;
        foreach (BlockShape shape in shapes)
        {
            // Vectors and, per entry, Λ and a function of it.
            long squares = shape.IsFactored ? (long)shape.Inputs * shape.Inputs + (long)shape.Outputs * shape.Outputs : 0;
            bytes += 4 * curvatures * squares + 16 * curvatures * shape.Count + 8 * squares;
            int side = shape.IsFactored ? Math.Max(shape.Inputs, shape.Outputs) : 0;
            largest = Math.Max(largest, side);
            if (side > Eigenbasis.LargestSide)
            {
                throw new TessarException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Layer {shape.Name} has a side of {side} entries; eigenvectors are computed up to "
                        + $"{Eigenbasis.LargestSide}. ")
                    + "Choose a method without them: data/logra, data/grass or data/trak.", ErrorKind.Usage);
            }
        }

        bytes += 24 * largest * largest;
        if (bytes > work.MemoryBudget)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"The factors of {shapes.Count} layers need {bytes:N0} bytes; the memory budget is {work.MemoryBudget:N0}. ")
                + "Choose a method without them: data/logra, data/grass or data/trak.", ErrorKind.Environment);
        }
    }

    /// <summary>Measures it, or takes it from the files.</summary>
    /// <param name="isKfac">Whether the eigenvalues of layers are products of those of the factors; then a second pass is needed
    /// for other parameters only.</param>
    /// <exception cref="NumericalException">Something isn't finite.</exception>
    public KroneckerCurvature Fit(bool isKfac)
    {
        Eigenbasis basis = Basis();
        try
        {
            using var sums = new EigenvalueSums(shapes);
            if (!isKfac || shapes.Any(shape => !shape.IsFactored))
                Pass(1, "eigenvalues", sums.Tensors, () => sums.Examples, (blocks, batch) => sums.Add(blocks, batch, basis));
            return new KroneckerCurvature(basis, sums, isKfac);
        }
        catch
        {
            basis.Dispose();
            throw;
        }
    }

    private Eigenbasis Basis()
    {
        var known = new Eigenbasis(shapes, type);
        try
        {
            if (files?.TryLoad("eigenvectors", known.Tensors) == true)
            {
                Report("covariances", examples, "examples");
                Report("eigenvectors", known.Layers.Count, "layers");
                return known;
            }
        }
        catch
        {
            known.Dispose();
            throw;
        }

        known.Dispose();
        using var sums = new CovarianceSums(shapes);
        Pass(0, "covariances", sums.Tensors, () => sums.Examples, sums.Add);
        Eigenbasis basis = Eigenbasis.Of(sums, type, work);
        files?.Save("eigenvectors", basis.Tensors);
        return basis;
    }

    private void Pass(
        int pass, string stage, IReadOnlyDictionary<string, Tensor> sums, Func<long> done,
        Action<CurvatureBlocks, CapturedBatch> add)
    {
        string partial = stage + "-partial";
        if (files?.TryLoad(stage, sums) == true)
        {
            Report(stage, examples, "examples");
            return;
        }

        files?.TryLoad(partial, sums);
        try
        {
            var sinceSave = Stopwatch.StartNew();
            for (int s = (int)(done() / examples); s < sources.Count; s++)
            {
                work.Cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                using CurvatureSource source = sources[s]();
                int start = (int)(done() - (long)s * examples);
                foreach ((int first, int count) in new ExampleBatches(start, examples - start, batchSize))
                {
                    work.Cancellation.ThrowIfCancellationRequested();
                    using DisposeScope inner = NewDisposeScope();
                    add(source.Blocks, source.Run(first, count, pass));
                    if (sinceSave.Elapsed > _betweenSaves)
                    {
                        Save(partial, stage, sums);
                        sinceSave.Restart();
                    }

                    Report(stage, examples, "examples", (int)(done() / sources.Count));
                }
            }
        }
        catch (OperationCanceledException) when (done() > 0)
        {
            Save(partial, stage, sums);
            throw;
        }

        Save(stage, stage, sums);
        files?.Delete(partial);
    }

    private void Save(string name, string stage, IReadOnlyDictionary<string, Tensor> sums)
    {
        foreach ((string key, Tensor sum) in sums)
        {
            using Tensor total = sum.sum();
            if (!total.isfinite().item<bool>())
            {
                string layer = key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..];
                throw new NumericalException(
                    $"The {stage} of {layer} aren't finite. Look for examples with exploding activations or gradients in "
                        + $"this layer.");
            }
        }

        files?.Save(name, sums);
    }

    private void Report(string stage, int total, string unit, int? done = null) =>
        work.Progress?.Report(new MethodProgress(stage, done ?? total, total, unit));
}
