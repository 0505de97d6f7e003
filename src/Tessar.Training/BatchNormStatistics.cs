using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Statistics;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Training;

/// <summary>Running statistics of batch normalisation for weights that they weren't collected with.</summary>
/// <remarks>
/// An average of weights never saw a batch: the running mean and variance belong to the weights in training. They are estimated
/// anew as plain means over 50 training batches in training mode, without gradients and without augmentation. Which examples, and
/// what dropout draws, follows from (seed, step).
/// </remarks>
internal static class BatchNormStatistics
{
    /// <summary>Batches an estimate is made from, if there are as many.</summary>
    public const int BatchCount = 50;

    private const string Purpose = "batch-norm";

    /// <summary>Whether a model keeps such statistics.</summary>
    public static bool AreKept(Module model) => Layers(model).Any();

    /// <summary>Replaces the statistics; the model is in training mode afterwards.</summary>
    public static void Estimate(Module<Tensor, Tensor> model, ExampleSet train, TrainingProgram program, long step)
    {
        NormBase[] layers = [.. Layers(model)];
        double?[] momenta = [.. layers.Select(layer => layer.momentum)];
        int[] order = [.. Enumerable.Range(0, train.Count)];
        new RandomStream(program.Seed!.Value, Purpose, step).Shuffle(order);
        TorchSeed.Set(program.Seed.Value, Purpose, step);
        try
        {
            using var noGradient = no_grad();
            using var whole = NewDisposeScope(); // TorchSharp's zero_ returns a second handle
            foreach (NormBase layer in layers)
            {
                layer.running_mean!.zero_();
                layer.running_var!.fill_(1);
                layer.num_batches_tracked!.zero_();
                layer.momentum = null; // batch i counts 1/i: a plain mean
            }

            model.train();
            // A smaller last batch would count as much as a whole one, so it is left out.
            int size = Math.Min(program.BatchSize!.Value, train.Count), count = Math.Min(BatchCount, train.Count / size);
            foreach (ExampleBatch batch in new ExampleBatches(order[..(count * size)], size))
            {
                using var scope = NewDisposeScope();
                model.Ask(Batches.Inputs(train, batch.Indices, program.Input));
            }
        }
        finally
        {
            for (int i = 0; i < layers.Length; i++)
                layers[i].momentum = momenta[i];
        }
    }

    private static IEnumerable<NormBase> Layers(Module model) =>
        model.modules().OfType<NormBase>()
            .Where(layer => layer is { track_running_stats: true, running_mean: not null, running_var: not null });
}
