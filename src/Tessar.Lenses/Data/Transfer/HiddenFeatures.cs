using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Inputs;
using Tessar.Methods;
using Tessar.Models;
using Tessar.Runs;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Transfer;

/// <summary>What a model's last dense layer is given: the representation that a new task can be learned on.</summary>
internal static class HiddenFeatures
{
    private const int BatchSize = 256;

    /// <summary>Runs examples through a model.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="set">n pictures of the size it was trained on.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <returns>[n, inputs of the last dense layer], fp64; the caller disposes it.</returns>
    /// <exception cref="TessarException">The model has no dense layer that is called with one position per example.</exception>
    public static Tensor Of(CheckpointView checkpoint, ExampleSet set, CancellationToken cancellation)
    {
        using DisposeScope outer = NewDisposeScope();
        using TrainedModel model = checkpoint.Open();
        using IDisposable noGraph = no_grad();
        Linear last = LayerActivations.LastLinear(model.Module, Batches.Inputs(set, [0], model.Input))?.Layer
            ?? throw NoLayer(checkpoint);
        using var watch = new LayerActivations(model.Module, layer => ReferenceEquals(layer, last));
        Tensor? rows = null;
        foreach (ExampleBatch part in set.Batches(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            if (watch.Of(Batches.Inputs(set, part.Indices, model.Input)) is not [.., { Input: { } seen }] || seen.dim() != 2
                || seen.shape[0] != part.Count)
                throw NoLayer(checkpoint);
            rows ??= empty(set.Count, seen.shape[1], dtype: ScalarType.Float64).MoveToOuterDisposeScope();
            rows.narrow(0, part.First, part.Count).copy_(seen);
        }

        return rows!.MoveToOuterDisposeScope();
    }

    private static TessarException NoLayer(CheckpointView checkpoint) => new(
        $"{checkpoint.Run.Record.Program.Model} has no last dense layer with one position per example, so there is no "
            + $"representation to transfer.", ErrorKind.InputData);
}
