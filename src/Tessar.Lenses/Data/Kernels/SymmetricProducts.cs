using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Gradients.Projections;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using Tessar.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kernels;

/// <summary>Inner products of the gradients of one set with each other, half of them, and with those of targets.</summary>
/// <remarks>
/// As many gradients are held as memory allows, all of them if it does: then each is computed once. Otherwise the examples that
/// follow are streamed past each part held: S parts cost about S/2 feature passes. Time: n²/2 + n·m pairs of
/// <see cref="GradientFactors.NumbersPerExample"/>
/// multiplications; fp32 within a block of rows.
/// </remarks>
internal sealed class SymmetricProducts(GradientModel model, int batchSize, MethodContext context)
{
    private const int Tile = 2 * SymmetricSystem.Block;

    /// <summary>Computes them.</summary>
    /// <param name="train">n examples.</param>
    /// <param name="targets">m examples, or null for none.</param>
    /// <param name="type">Type of the kernel.</param>
    /// <param name="held">Examples whose gradients may be held at once.</param>
    /// <returns>
    /// The kernel [n, n], valid on and above its diagonal blocks; products with targets [n, m], fp64; factors Q, [n]. The caller
    /// disposes them.
    /// </returns>
    /// <exception cref="NumericalException">A gradient isn't finite; names the example.</exception>
    public (Tensor Kernel, Tensor Cross, Tensor Factors) Of(ExampleSet train, ExampleSet? targets, ScalarType type, int held)
    {
        using DisposeScope outer = NewDisposeScope();
        Tensor kernel = empty(train.Count, train.Count, dtype: type);
        Tensor cross = empty(train.Count, targets?.Count ?? 0, dtype: ScalarType.Float64);
        Tensor factors = empty(train.Count, dtype: ScalarType.Float32);
        int step = held >= train.Count
            ? train.Count
            : Math.Max(SymmetricSystem.Block, held / SymmetricSystem.Block * SymmetricSystem.Block);
        long total = (long)train.Count * (train.Count + 1) / 2, done = 0;
        foreach ((int first, int count) in train.Batches(step))
        {
            using DisposeScope scope = NewDisposeScope();
            HeldGradients part = Hold(train, first, count, factors);
            for (int row = 0; row < count; row += Tile)
            {
                for (int column = row; column < count; column += Tile)
                    Place(
                        kernel, first + row, first + column, part.Rows(row, Math.Min(Tile, count - row)),
                        part.Rows(column, Math.Min(Tile, count - column)));
                Report(row, Math.Min(Tile, count - row), count);
            }

            Stream(train, first + count, (at, batch) =>
            {
                Place(kernel, first, at, part, batch.Held);
                done += (long)count * batch.Count;
                context.Progress?.Report(new MethodProgress("kernel", done, total, "pairs"));
            });
            if (targets is not null)
                Stream(
                    targets, 0,
                    (at, batch) =>
                        cross.narrow(0, first, count).narrow(1, at, batch.Count).copy_(part.InnerProducts(batch.Held)));
        }

        CheckFinite(kernel.diagonal(), train);
        if (targets is not null)
            CheckFinite(cross.sum(0L), targets);
        return (kernel.MoveToOuterDisposeScope(), cross.MoveToOuterDisposeScope(), factors.MoveToOuterDisposeScope());

        // Pairs (i, j ≥ i) of some rows of the held part.
        void Report(int row, int rows, int count)
        {
            done += (long)rows * (count - row) - (long)rows * (rows - 1) / 2;
            context.Progress?.Report(new MethodProgress("kernel", done, total, "pairs"));
        }
    }

    private void Place(Tensor kernel, int row, int column, HeldGradients left, HeldGradients right)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        using DisposeScope scope = NewDisposeScope();
        Tensor products = left.InnerProducts(right);
        kernel.narrow(0, row, products.shape[0]).narrow(1, column, products.shape[1]).copy_(products);
    }

    private HeldGradients Hold(ExampleSet set, int first, int count, Tensor factors)
    {
        HeldGradients? room = null;
        foreach (ExampleBatch part in set.Batches(first, count, batchSize))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (CapturedBatch batch, Tensor q) = model.Run(set, part.Indices);
            GradientFactors gradients = GradientFactors.Of(model.Gradients, batch);
            room ??= new HeldGradients(gradients, count).MoveToOuterScope();
            room.Put(part.First - first, gradients);
            factors.narrow(0, part.First, part.Count).copy_(q);
        }

        return room!;
    }

    private void Stream(ExampleSet set, int from, Action<int, (HeldGradients Held, int Count)> visit)
    {
        foreach (ExampleBatch part in set.Batches(from, set.Count - from, batchSize))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (CapturedBatch batch, _) = model.Run(set, part.Indices);
            GradientFactors gradients = GradientFactors.Of(model.Gradients, batch);
            var held = new HeldGradients(gradients, part.Count);
            held.Put(0, gradients);
            visit(part.First, (held, part.Count));
        }
    }

    // Non-finite numbers stay so in sums: one number per example tells.
    private void CheckFinite(Tensor perExample, ExampleSet set)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor bad = perExample.isfinite().logical_not().nonzero();
        if (bad.shape[0] == 0)
            return;
        int index = (int)bad[0, 0].item<long>();
        (CapturedBatch batch, _) = model.Run(set, [index]);
        throw new NumericalException(string.Create(
            CultureInfo.InvariantCulture,
            $"The gradient of example {set.Split}:{set.First + index} isn't finite in "
                + $"{string.Join(", ", GradientSketch.FindNonFinite(model.Gradients, batch, 0))}. ")
            + "Look at this example, and for overflow in these layers.");
    }
}
