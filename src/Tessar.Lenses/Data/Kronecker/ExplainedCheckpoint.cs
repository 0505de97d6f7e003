using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using Tessar.Operators.Kronecker;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kronecker;

/// <summary>A checkpoint with its blocks: the gradients of its output, and those of its loss for a curvature.</summary>
internal sealed class ExplainedCheckpoint : IDisposable
{
    /// <summary>Loads the model.</summary>
    /// <param name="view">The checkpoint.</param>
    /// <param name="train">Examples of the kind it will see.</param>
    /// <param name="output">The output that is explained.</param>
    /// <param name="unsupported">What to do with parameters without a rule.</param>
    public ExplainedCheckpoint(CheckpointView view, ExampleSet train, OutputFunction output, UnsupportedParameters unsupported)
    {
        Model = new GradientModel(view.Open(), train, output, unsupported);
        try
        {
            using DisposeScope scope = NewDisposeScope();
            (CapturedBatch sample, _) = Model.Run(train, [0]);
            Blocks = CurvatureBlocks.Of(Model.Gradients, sample);
        }
        catch
        {
            Model.Dispose();
            throw;
        }
    }

    /// <summary>The model.</summary>
    public GradientModel Model { get; }

    /// <summary>Its blocks.</summary>
    public CurvatureBlocks Blocks { get; }

    /// <summary>The model as a source of loss gradients, which owns it from then on.</summary>
    public CheckpointSource AsSource(ExampleSet set, CurvatureLabels labels, ulong seed) => new(Model, Blocks, set, labels, seed);

    /// <summary>Adds weight · Q_i ⟨∇f_i, W_j⟩ for all train examples i to a part of the scores.</summary>
    /// <param name="train">n examples.</param>
    /// <param name="rows">W, [m, entries] per block.</param>
    /// <param name="weight">A factor.</param>
    /// <param name="scores">[n, m], fp64; added to.</param>
    /// <param name="batchSize">Examples per forward pass.</param>
    /// <param name="context">Cancellation.</param>
    /// <param name="progress">Told the number of examples of each batch.</param>
    public void AddScores(
        ExampleSet train, IReadOnlyList<Tensor> rows, double weight, Tensor scores, int batchSize, MethodContext context,
        Action<int> progress)
    {
        foreach (ExampleBatch part in train.Batches(batchSize))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (CapturedBatch batch, Tensor q) = Model.Run(train, part.Indices);
            scores.narrow(0, part.First, part.Count)
                .add_(BlockProducts.Of(Blocks, batch, rows) * (q.to_type(ScalarType.Float64) * weight).unsqueeze(1));
            progress(part.Count);
        }
    }

    /// <summary>Adds weight · Q_i ⟨∇f_i, W_i⟩ for the train examples that have a row.</summary>
    /// <param name="examples">The set and the first of its examples that has a row.</param>
    /// <param name="rows">W, [m, entries] per block.</param>
    /// <param name="weight">A factor.</param>
    /// <param name="scores">[n], fp64; added to.</param>
    /// <param name="batchSize">Examples per forward pass.</param>
    /// <param name="context">Cancellation.</param>
    /// <param name="progress">Told the number of examples of each batch.</param>
    public void AddOwnScores(
        (ExampleSet Train, int First) examples, IReadOnlyList<Tensor> rows, double weight, Tensor scores, int batchSize,
        MethodContext context, Action<int> progress)
    {
        (ExampleSet train, int first) = examples;
        foreach (ExampleBatch part in train.Batches(first, (int)rows[0].shape[0], batchSize))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (CapturedBatch batch, Tensor q) = Model.Run(train, part.Indices);
            Tensor[] own = [.. rows.Select(row => row.narrow(0, part.First - first, part.Count))];
            scores.narrow(0, part.First, part.Count)
                .add_(BlockProducts.Paired(Blocks, batch, own) * q.to_type(ScalarType.Float64) * weight);
            progress(part.Count);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}
