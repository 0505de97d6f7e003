using Tessar.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators.Kronecker;

/// <summary>Inner products of the gradients of a batch with rows that are held, one set of rows per block.</summary>
internal static class BlockProducts
{
    // Numbers in the largest temporary array of a layer with one position.
    private const long LargestProduct = 1 << 22;

    /// <summary>Σ_blocks ⟨G_i, W_j⟩.</summary>
    /// <param name="blocks">The blocks of the model that the batch went through.</param>
    /// <param name="batch">The gradients of B examples.</param>
    /// <param name="rows">W, [m, entries] per block.</param>
    /// <returns>[B, m], fp64, in the current dispose scope.</returns>
    public static Tensor Of(CurvatureBlocks blocks, CapturedBatch batch, IReadOnlyList<Tensor> rows)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(batch.Count, rows[0].shape[0], dtype: ScalarType.Float64);
        for (int b = 0; b < rows.Count; b++)
        {
            using DisposeScope inner = NewDisposeScope();
            if (blocks.SinglePosition(batch, b) is { } sides)
                AddSinglePosition(sum, sides.A, sides.Delta, rows[b]);
            else
                sum.add_(blocks.Gradient(batch, b).mm(rows[b].t()));
        }

        return sum.MoveToOuterDisposeScope();
    }

    /// <summary>The products with an own row for each example: Σ_blocks ⟨G_i, W_i⟩.</summary>
    /// <returns>[B], fp64, in the current dispose scope.</returns>
    public static Tensor Paired(CurvatureBlocks blocks, CapturedBatch batch, IReadOnlyList<Tensor> rows)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(batch.Count, dtype: ScalarType.Float64);
        for (int b = 0; b < rows.Count; b++)
        {
            using DisposeScope inner = NewDisposeScope();
            sum.add_((blocks.Gradient(batch, b) * rows[b]).sum(1));
        }

        return sum.MoveToOuterDisposeScope();
    }

    // ⟨δaᵀ, W⟩ = δᵀ W a: G isn't formed.
    private static void AddSinglePosition(Tensor sum, Tensor a, Tensor delta, Tensor rows)
    {
        long examples = a.shape[0], inputs = a.shape[1], outputs = delta.shape[1];
        Tensor inputsByExample = a.t(), outputsByExample = delta.t();
        long atOnce = Math.Max(1, LargestProduct / (outputs * examples));
        for (long first = 0; first < rows.shape[0]; first += atOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(atOnce, rows.shape[0] - first);
            Tensor products = rows.narrow(0, first, count).reshape(count * outputs, inputs).mm(inputsByExample)
                .reshape(count, outputs, examples);
            sum.narrow(1, first, count).add_((products * outputsByExample).sum(1).t());
        }
    }
}
