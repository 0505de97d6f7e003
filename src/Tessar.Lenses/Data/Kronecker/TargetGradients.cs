using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using Tessar.Operators.Kronecker;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kronecker;

/// <summary>
/// The gradients of some targets, one set of rows per block, which functions of curvatures are applied to in place.
/// </summary>
internal sealed class TargetGradients : IDisposable
{
    private readonly Tensor[] _rows;

    private TargetGradients(Tensor[] rows) => _rows = rows;

    /// <summary>[m, entries] per block.</summary>
    public IReadOnlyList<Tensor> Rows => _rows;

    /// <summary>How many targets fit into half of the budget together.</summary>
    /// <param name="shapes">The blocks.</param>
    /// <param name="copies">Sets of rows held at once.</param>
    /// <param name="targets">Targets in all.</param>
    /// <param name="context">The budget.</param>
    public static int AtOnce(IReadOnlyList<BlockShape> shapes, int copies, int targets, MethodContext context) =>
        (int)Math.Clamp(context.MemoryBudget / 2 / (sizeof(float) * copies * shapes.Sum(shape => shape.Count)), 1, targets);

    /// <summary>Runs targets through a model.</summary>
    /// <param name="model">The model, with the output that is explained.</param>
    /// <param name="blocks">Its blocks.</param>
    /// <param name="targets">Where the targets are.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="batchSize">Examples per forward pass.</param>
    /// <param name="context">Progress and cancellation.</param>
    public static TargetGradients Of(
        GradientModel model, CurvatureBlocks blocks, ExampleSet targets, int first, int count, int batchSize,
        MethodContext context)
    {
        var held =
            new TargetGradients(
                [.. blocks.Shapes.Select(shape =>
                    empty(count, shape.Count, dtype: ScalarType.Float32).DetachFromDisposeScope())]);
        try
        {
            foreach (ExampleBatch part in targets.Batches(first, count, batchSize))
            {
                context.Cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                (CapturedBatch batch, _) = model.Run(targets, part.Indices);
                for (int b = 0; b < held._rows.Length; b++)
                    held._rows[b].narrow(0, part.First - first, part.Count).copy_(blocks.Gradient(batch, b));
                context.Progress?.Report(new MethodProgress("targets", part.End, targets.Count, "examples"));
            }

            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>φ(H) times each row, in place.</summary>
    /// <param name="curvature">H.</param>
    /// <param name="functions">φ(Λ) per block.</param>
    /// <param name="batchSize">Rows at once.</param>
    /// <param name="context">Cancellation.</param>
    public void Apply(KroneckerCurvature curvature, IReadOnlyList<Tensor> functions, int batchSize, MethodContext context)
    {
        for (int b = 0; b < _rows.Length; b++)
        {
            for (long first = 0; first < _rows[b].shape[0]; first += batchSize)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                Tensor some = _rows[b].narrow(0, first, Math.Min(batchSize, _rows[b].shape[0] - first));
                some.copy_(curvature.Apply(b, some, functions[b]));
            }
        }
    }

    /// <summary>A copy of its own.</summary>
    public TargetGradients Clone() => new([.. _rows.Select(row => row.clone().DetachFromDisposeScope())]);

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_rows, row => row.Dispose());
}
