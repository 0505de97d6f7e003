using Tessar.Autograd;
using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Gradients;

/// <summary>Inner products of unprojected gradients between two sets of examples.</summary>
/// <remarks>
/// The right set is held in blocks as large as the memory budget allows; the left set is run once per block. Time: for each block
/// one feature pass over the left set, and n·m·(Σ in + out of Linear layers with one position, Σ p of all others)
/// multiplications.
/// </remarks>
/// <param name="model">Whose gradients.</param>
/// <param name="batchSize">Examples per forward pass.</param>
/// <param name="context">Progress, cancellation and limits.</param>
/// <param name="only">The parameters that count; null for all.</param>
internal sealed class ExactProducts(GradientModel model, int batchSize, Work context, Predicate<ParameterSlot>? only = null)
{
    /// <summary>⟨g_i, g_j⟩ for i in <paramref name="left"/> and j in <paramref name="right"/>.</summary>
    /// <param name="left">n examples.</param>
    /// <param name="right">m examples.</param>
    /// <param name="stage">Name of this stage for progress.</param>
    /// <returns>Products [n, m], fp64, and the factors Q of the left set, [n], fp32; the caller disposes both.</returns>
    public (Tensor Products, Tensor Factors) Between(ExampleSet left, ExampleSet right, string stage)
    {
        using DisposeScope outer = NewDisposeScope();
        Tensor products = empty(left.Count, right.Count, dtype: ScalarType.Float64);
        Tensor factors = empty(left.Count, dtype: ScalarType.Float32);
        int held = HeldAtOnce(right);
        long total = (long)left.Count * right.Count;
        foreach ((int rightFirst, int rightCount) in right.Batches(held))
        {
            using DisposeScope blockScope = NewDisposeScope();
            GradientFactors block = Hold(right, rightFirst, rightCount);
            foreach (ExampleBatch some in left.Batches(batchSize))
            {
                context.Cancellation.ThrowIfCancellationRequested();
                (int first, int count) = some;
                using DisposeScope scope = NewDisposeScope();
                (CapturedBatch batch, Tensor q) = model.Run(left, some.Indices);
                Tensor part = GradientFactors.Of(model.Gradients, batch, only).InnerProducts(block);
                products.narrow(0, first, count).narrow(1, rightFirst, rightCount).copy_(part);
                factors.narrow(0, first, count).copy_(q);
                context.Progress?.Report(new MethodProgress(
                    stage, (long)rightFirst * left.Count + (long)(first + count) * rightCount, total, "pairs"));
            }
        }

        return (products.MoveToOuterDisposeScope(), factors.MoveToOuterDisposeScope());
    }

    /// <summary>‖g_i‖² of each example, [n], fp64; the caller disposes it.</summary>
    public Tensor SquaredNorms(ExampleSet set)
    {
        (Tensor norms, Tensor factors) = NormsAndFactors(set, "norms");
        factors.Dispose();
        return norms;
    }

    /// <summary>‖g_i‖² of each example, [n], fp64, and the factors Q, [n], fp32; the caller disposes both.</summary>
    /// <param name="set">n examples.</param>
    /// <param name="stage">Name of this stage for progress.</param>
    public (Tensor Norms, Tensor Factors) NormsAndFactors(ExampleSet set, string stage)
    {
        using DisposeScope outer = NewDisposeScope();
        Tensor norms = empty(set.Count, dtype: ScalarType.Float64);
        Tensor all = empty(set.Count, dtype: ScalarType.Float32);
        foreach (ExampleBatch some in set.Batches(batchSize))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            (int first, int count) = some;
            using DisposeScope scope = NewDisposeScope();
            (CapturedBatch batch, Tensor factors) = model.Run(set, some.Indices);
            norms.narrow(0, first, count).copy_(GradientFactors.Of(model.Gradients, batch, only).SquaredNorms());
            all.narrow(0, first, count).copy_(factors);
            context.Progress?.Report(new MethodProgress(stage, first + count, set.Count, "examples"));
        }

        return (norms.MoveToOuterDisposeScope(), all.MoveToOuterDisposeScope());
    }

    private int HeldAtOnce(ExampleSet right)
    {
        using DisposeScope scope = NewDisposeScope();
        (CapturedBatch batch, _) = model.Run(right, [0]);
        long bytes = GradientFactors.Of(model.Gradients, batch, only).NumbersPerExample * sizeof(float);
        // Half of the budget: concatenating holds the block twice for a moment.
        return (int)Math.Clamp(context.MemoryBudget / 2 / bytes, 1, right.Count);
    }

    private GradientFactors Hold(ExampleSet right, int first, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        List<GradientFactors> batches = [];
        foreach (ExampleBatch some in right.Batches(first, count, batchSize))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope inner = NewDisposeScope();
            (CapturedBatch batch, _) = model.Run(right, some.Indices);
            batches.Add(GradientFactors.Of(model.Gradients, batch, only).MoveToOuterScope());
        }

        return GradientFactors.Concatenate(batches).MoveToOuterScope();
    }
}
