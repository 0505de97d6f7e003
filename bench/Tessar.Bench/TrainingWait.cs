using System.Diagnostics;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Models;
using Tessar.Native;
using Tessar.Training.Loading;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Bench;

/// <summary>Share of a training step of the cnn (batch 64, all cores) that waits for data, augmented by flip and translate.</summary>
internal static class TrainingWait
{
    private const int Steps = 60;

    public static Spread Measure(ExampleSet set)
    {
        TorchThreads.Set(Environment.ProcessorCount);
        using Module<Tensor, Tensor> model = ModelSource.Parse("cnn").Create(set.Store.Image, set.Store.ClassNames.Count, 1);
        Tensor[] parameters = [.. model.parameters()];
        var shares = new List<double>();
        using var loader = new ExampleLoader(set, new LoaderOptions { BatchSize = 64, Workers = 1, Augment = ["flip", "translate"] });
        for (int round = 0; round < Ratio.Rounds + 1; round++)
        {
            using LoaderEpoch epoch = loader.Epoch(round);
            Step(epoch, model, parameters); // The first batch of an epoch can't have been made ahead.
            TimeSpan before = loader.Waited;
            var watch = Stopwatch.StartNew();
            for (int step = 0; step < Steps; step++)
                Step(epoch, model, parameters);
            if (round > 0)
                shares.Add((loader.Waited - before) / watch.Elapsed);
        }

        TorchThreads.Set(1);
        return Spread.Of(shares);
    }

    private static void Step(LoaderEpoch epoch, Module<Tensor, Tensor> model, Tensor[] parameters)
    {
        using var scope = NewDisposeScope();
        if (!epoch.MoveNext())
            throw new InvalidOperationException("The epoch is shorter than the measurement.");
        using LoadedBatch batch = epoch.Current;
        Tensor loss = functional.cross_entropy(model.call(batch.Images), batch.Labels);
        Tensor[] gradients = Gradient.Of(loss, parameters);
        using var noGradient = no_grad();
        for (int i = 0; i < parameters.Length; i++)
            parameters[i].add_(gradients[i], alpha: -0.01);
    }
}
