using System.Globalization;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Gradients.Projections;
using Tessar.Inputs;
using Tessar.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Features;

/// <summary>Computes the projected gradients of examples, into a store or into memory.</summary>
/// <remarks>
/// Cost per example: a forward pass, the input half of a backward pass, one signed addition per sketched parameter.
/// </remarks>
internal sealed class FeaturePass(GradientModel model, IGradientProjection sketch, int batchSize, MethodContext context)
{
    /// <summary>Fills the rows of a store that aren't there yet and finishes it.</summary>
    /// <returns>Number of rows computed.</returns>
    public int Fill(GradientStoreWriter store, ExampleSet set)
    {
        int computed = 0;
        try
        {
            // Batches lie on a fixed grid, so a resumed store has the bits of an uninterrupted one.
            foreach (ExampleBatch part in set.Batches(batchSize))
            {
                (int first, int count) = part;
                if (!Enumerable.Range(first, count).All(store.IsDone))
                {
                    context.Cancellation.ThrowIfCancellationRequested();
                    using DisposeScope scope = NewDisposeScope();
                    (Tensor rows, Tensor factors) = Compute(set, part);
                    store.Write(first, rows, factors);
                    computed += count;
                }

                context.Progress?.Report(new MethodProgress("features", first + count, set.Count, "examples"));
            }
        }
        finally
        {
            store.Flush();
        }

        store.Finish();
        return computed;
    }

    /// <summary>The projected gradients of examples that fit into memory.</summary>
    /// <returns>Shape [n, k], fp32; the caller disposes it.</returns>
    public Tensor ToMemory(ExampleSet set)
    {
        Tensor all = empty(set.Count, sketch.Width, dtype: ScalarType.Float32);
        foreach (ExampleBatch part in set.Batches(batchSize))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            (int first, int count) = part;
            using DisposeScope scope = NewDisposeScope();
            all.narrow(0, first, count).copy_(Compute(set, part).Rows);
            context.Progress?.Report(new MethodProgress("targets", first + count, set.Count, "examples"));
        }

        return all;
    }

    private (Tensor Rows, Tensor Factors) Compute(ExampleSet set, ExampleBatch part)
    {
        (Autograd.CapturedBatch batch, Tensor factors) = model.Run(set, part.Indices);
        Tensor rows = sketch.Project(batch);
        if (FiniteRows.FirstOverflow(rows) is { } bad)
        {
            IReadOnlyList<string> layers = GradientSketch.FindNonFinite(model.Gradients, batch, bad);
            throw new NumericalException(string.Create(
                CultureInfo.InvariantCulture,
                $"The gradient of example {set.Split}:{set.First + part.First + bad} isn't finite in "
                    + $"{string.Join(", ", layers)}. ")
                + "Look at this example, and for overflow in these layers.");
        }

        return (rows, factors);
    }
}
