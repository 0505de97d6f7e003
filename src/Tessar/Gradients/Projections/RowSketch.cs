using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Gradients.Projections;

/// <summary>Count-sketch of each row of a matrix: one signed addition per entry.</summary>
/// <remarks>
/// Rows don't meet: the bits of one don't depend on the others, on the number of threads or on the size of a batch.
/// </remarks>
internal static class RowSketch
{
    /// <summary>y[b, h(j)] += σ(j) x[b, j].</summary>
    /// <param name="rows">[B, entries].</param>
    /// <param name="table">From <see cref="SketchHash.Table"/>, one entry per column.</param>
    /// <param name="width">Buckets k that the table was made for.</param>
    /// <returns>[B, k], fp32; the caller disposes it.</returns>
    public static unsafe Tensor Of(Tensor rows, uint[] table, int width)
    {
        if (rows.dim() != 2 || rows.shape[1] != table.Length)
            throw new ArgumentException(
                $"rows has shape [{string.Join(", ", rows.shape)}]; expected [examples, {table.Length}].", nameof(rows));
        using Tensor flat = TensorAccess.Flat(rows);
        int examples = checked((int)rows.shape[0]);
        Tensor sketch = zeros(examples, width, dtype: ScalarType.Float32);
        float* from = TensorAccess.Pointer(flat);
        float* to = TensorAccess.Pointer(sketch);
        Parallel.For(
            0, examples, new ParallelOptions { MaxDegreeOfParallelism = Native.TorchThreads.Current }, i => SketchHash.Add(
            table, new ReadOnlySpan<float>(from + (long)i * table.Length, table.Length),
            new Span<float>(to + (long)i * width, width)));
        return sketch;
    }
}
