using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Trajectory;

/// <summary>
/// Inner products of the gradients of one set at one checkpoint with those of another at another checkpoint of the same program.
/// </summary>
/// <remarks>
/// Parts of the columns' gradients are held while the rows' are streamed past them. Products in fp32, as
/// <see cref="Kernels.SymmetricProducts"/> has them, sums over them in fp64.
/// </remarks>
/// <param name="rowModel">Whose gradients the rows are.</param>
/// <param name="rows">n examples.</param>
/// <param name="columnModel">Whose gradients the columns are.</param>
/// <param name="columns">m examples.</param>
/// <param name="held">Examples whose gradients may be held at once.</param>
/// <param name="batchSize">Examples per forward pass.</param>
/// <param name="work">Cancellation.</param>
internal sealed class CrossProducts(
    GradientModel rowModel, ExampleSet rows, GradientModel columnModel, ExampleSet columns, int held, int batchSize, Work work)
{
    /// <summary>Adds the products, [n, m], or their products with coefficients.</summary>
    /// <param name="sum">[n, m], or [n, k] with coefficients, fp64; added to.</param>
    /// <param name="coefficients">[m, k], fp64, or null for the products themselves.</param>
    /// <param name="progress">Told the number of pairs of each batch.</param>
    public void AddTo(Tensor sum, Tensor? coefficients, Action<long> progress)
    {
        for (int first = 0; first < columns.Count; first += held)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(held, columns.Count - first);
            HeldGradients part = Hold(columnModel, columns, first, count);
            for (int at = 0; at < rows.Count; at += batchSize)
            {
                work.Cancellation.ThrowIfCancellationRequested();
                using DisposeScope inner = NewDisposeScope();
                int size = Math.Min(batchSize, rows.Count - at);
                Tensor products = Hold(rowModel, rows, at, size).InnerProducts(part).to_type(ScalarType.Float64);
                if (coefficients is null)
                    sum.narrow(0, at, size).narrow(1, first, count).add_(products);
                else
                    sum.narrow(0, at, size).addmm_(products, coefficients.narrow(0, first, count), 1, 1);
                progress((long)size * count);
            }
        }
    }

    private HeldGradients Hold(GradientModel model, ExampleSet set, int first, int count)
    {
        HeldGradients? room = null;
        for (int at = 0; at < count; at += batchSize)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            int size = Math.Min(batchSize, count - at);
            (CapturedBatch batch, _) = model.Run(set, [.. Enumerable.Range(first + at, size)]);
            GradientFactors gradients = GradientFactors.Of(model.Gradients, batch);
            room ??= new HeldGradients(gradients, count).MoveToOuterScope();
            room.Put(at, gradients);
        }

        return room!;
    }
}
