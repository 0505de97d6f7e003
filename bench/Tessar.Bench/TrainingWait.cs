using System.Diagnostics;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Native;
using Tessar.Training.Loading;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Bench;

/// <summary>
/// Training steps of the cnn (batch 64, all cores) on augmented data: how long they wait, and whether a worker slows them down.
/// </summary>
internal static class TrainingWait
{
    private const int Steps = 40;

    /// <summary>The share of a step that waits, and how many times faster steps are with a worker than without.</summary>
    public static (Spread Wait, Spread TimesFaster) Measure(ExampleSet set)
    {
        TorchThreads.Set(Environment.ProcessorCount);
        using Module<Tensor, Tensor> model = ModelSource.Parse("cnn")
            .Create(ModelInput.Of(set.Store), set.Store.ClassNames.Count, 1);
        Tensor[] parameters = [.. model.parameters()];
        using var alone = new ExampleLoader(set, Options(workers: 0));
        using var loader = new ExampleLoader(set, Options(workers: 1));
        var shares = new List<double>();
        int epoch = 0;
        RatioResult ratio = Ratio.Measure(
            () => Train(alone, epoch, model, parameters, []),
            () => Train(loader, epoch++, model, parameters, shares));
        TorchThreads.Set(1);
        return (Spread.Of(shares[Ratio.WarmUps..]), ratio.TimesFaster);
    }

    private static LoaderOptions Options(int workers) =>
        new() { BatchSize = 64, Workers = workers, Augment = ["flip", "translate"] };

    private static int Train(
        ExampleLoader loader, int number, Module<Tensor, Tensor> model, Tensor[] parameters, List<double> shares)
    {
        using LoaderEpoch epoch = loader.Epoch(number);
        Step(epoch, model, parameters); // The first batch of an epoch can't have been made ahead.
        TimeSpan before = loader.Waited;
        var watch = Stopwatch.StartNew();
        for (int step = 1; step < Steps; step++)
            Step(epoch, model, parameters);
        shares.Add((loader.Waited - before) / watch.Elapsed);
        return Steps;
    }

    private static void Step(LoaderEpoch epoch, Module<Tensor, Tensor> model, Tensor[] parameters)
    {
        using var scope = NewDisposeScope();
        if (!epoch.MoveNext())
            throw new InvalidOperationException("The epoch is shorter than the measurement.");
        using LoadedBatch batch = epoch.Current;
        Tensor loss = functional.cross_entropy(model.call(batch.Inputs), batch.Labels);
        Tensor[] gradients = Gradient.Of(loss, parameters);
        using var noGradient = no_grad();
        for (int i = 0; i < parameters.Length; i++)
            parameters[i].add_(gradients[i], alpha: -0.01);
    }
}
