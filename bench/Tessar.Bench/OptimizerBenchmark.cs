using System.Globalization;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Training;
using Tessar.Training.Optimizers;
using Tessar.Training.Optimizers.ZerothOrder;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Bench;

/// <summary>
/// What optimisers cost on the 421,642-parameter cnn: Schedule-Free against TorchSharp's AdamW, SAM against its base, MeZO
/// against inference.
/// </summary>
internal static class OptimizerBenchmark
{
    private const int Updates = 50;
    private const int TrainingSteps = 24;
    private const int Batch = 64;
    private const int LargeBatch = 512;

    public static object Run()
    {
        using ExampleStore store = DataCatalog.Open("fashion-mnist-mini");
        var set = new ExampleSet(store, "train", 0, LargeBatch);
        RatioResult step = ScheduleFreeStep(store);
        RatioResult training = TrainingStep(store, set, "adamw", "sf-adamw");
        RatioResult sam = TrainingStep(store, set, "sgd", "sam");
        (Spread memory, double inference, double mezo) = PeakMemory(store, set);
        return new
        {
            benchmark = "optimizers",
            model = "cnn",
            parameters = 421_642,
            threads = Native.TorchThreads.Current,
            scheduleFreeStepOfTorchSharpAdamW = Times(step),
            microsecondsTorchSharpAdamWStep = Scale(step.BaselineSeconds, 1e6),
            microsecondsScheduleFreeStep = Scale(step.Seconds, 1e6),
            scheduleFreeTrainingStepOfAdamW = Times(training),
            samTrainingStepOfSgd = Times(sam),
            millisecondsSgdTrainingStep = Scale(sam.BaselineSeconds, 1e3),
            millisecondsSamTrainingStep = Scale(sam.Seconds, 1e3),
            mezoPeakMemoryOfInference = memory,
            mezoPeakMebibytes = mezo,
            inferencePeakMebibytes = inference,
            memoryBatch = LargeBatch,
            microsecondsMezoNoisePass = Scale(NoisePass(store), 1e6),
            runtime = Environment.Version.ToString(),
            processor = Processor(),
        };
    }

    /// <summary>The update alone, gradients given: TorchSharp's AdamW as the baseline.</summary>
    private static RatioResult ScheduleFreeStep(ExampleStore store)
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> theirs = Cnn(store), ours = Cnn(store);
        foreach (var parameter in theirs.parameters())
            parameter.grad = randn_like(parameter) * 1e-3;
        using optim.Optimizer adamw = optim.AdamW(theirs.parameters(), 1e-3);
        using var optimizer = (GradientOptimizer)Make("sf-adamw", ours);
        Tensor[] gradients = [.. optimizer.Parameters.Items.Select(p => randn_like(p.Value, requires_grad: false) * 1e-3)];
        long update = 0;
        return Ratio.Measure(
            () => Repeat(Updates, () => adamw.step()),
            () => Repeat(Updates, () => optimizer.Apply(gradients, 1e-3, ++update)));
    }

    /// <summary>Forward, backward and update of a batch of 64.</summary>
    private static RatioResult TrainingStep(ExampleStore store, ExampleSet set, string baseline, string candidate)
    {
        using nn.Module<Tensor, Tensor> first = Cnn(store), second = Cnn(store);
        using Optimizer plain = Make(baseline, first), other = Make(candidate, second);
        using Tensor images = Batches.Inputs(
            set, Indices(Batch), ModelInput.Of(store)), labels = Batches.Labels(set, Indices(Batch));
        long update = 0;
        return Ratio.Measure(
            () => Repeat(TrainingSteps, () => Step(plain, first, images, labels, ++update)),
            () => Repeat(TrainingSteps, () => Step(other, second, images, labels, ++update)));
    }

    // Both phases alternate in one process; the kernel's record of the highest resident size is reset before each.
    private static (Spread Ratio, double Inference, double Mezo) PeakMemory(ExampleStore store, ExampleSet set)
    {
        using nn.Module<Tensor, Tensor> model = Cnn(store);
        using Optimizer mezo = Make("mezo", model);
        using Tensor images = Batches.Inputs(set, Indices(LargeBatch), ModelInput.Of(store)), labels = Batches.Labels(
            set, Indices(LargeBatch));
        List<double> ratios = [], inferences = [], peaks = [];
        long update = 0;
        for (int round = 0; round < Ratio.WarmUps + Ratio.Rounds; round++)
        {
            double inference = Resident.PeakOf(() =>
            {
                using var noGradient = no_grad();
                model.eval();
                for (int i = 0; i < 4; i++)
                    model.call(images).Dispose();
            });
            double training = Resident.PeakOf(() => Repeat(2, () => Step(mezo, model, images, labels, ++update)));
            if (round < Ratio.WarmUps)
                continue;
            ratios.Add(training / inference);
            inferences.Add(inference);
            peaks.Add(training);
        }

        return (Spread.Of(ratios), Spread.Of(inferences).Median, Spread.Of(peaks).Median);
    }

    private static Spread NoisePass(ExampleStore store)
    {
        using nn.Module<Tensor, Tensor> model = Cnn(store);
        TrainedParameters parameters = Trained(model);
        float[] z = new float[NormalNoise.Block];
        return Ratio.Measure(
            () => Repeat(1, () => { }),
            () => Repeat(20, () =>
            {
                for (long block = 0; block < parameters.Count / NormalNoise.Block; block++)
                    NormalNoise.Draw(7, block, z);
            })).Seconds;
    }

    private static void Step(Optimizer optimizer, nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, long update)
    {
        using DisposeScope scope = NewDisposeScope();
        using var objective = new BatchObjective(model, [.. optimizer.Parameters.Items.Select(p => p.Value)], images, labels)
        {
            Task = new Tasks.Classification(new Tasks.TaskSetup { Outputs = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] }),
            Draws = (1, update),
            NotFinite = loss => new NumericalException(string.Create(CultureInfo.InvariantCulture, $"The loss is {loss}.")),
        };
        optimizer.Step(objective, 1e-5, update);
    }

    private static nn.Module<Tensor, Tensor> Cnn(ExampleStore store) =>
        ModelSource.Parse("cnn").Create(ModelInput.Of(store), store.ClassNames.Count, 1);

    private static Optimizer Make(string name, nn.Module model) =>
        Optimizer.Choices.Create(Optimizer.Choices.Resolve(name, [], []), Trained(model));

    private static TrainedParameters Trained(nn.Module model) =>
        new([.. model.named_parameters().Select(p => (p.name, (Tensor)p.parameter))]);

    private static int[] Indices(int count) => [.. Enumerable.Range(0, count)];

    private static int Repeat(int times, Action work)
    {
        for (int i = 0; i < times; i++)
            work();
        return times;
    }

    private static Spread Times(RatioResult result) =>
        new(1 / result.TimesFaster.Median, 1 / result.TimesFaster.Max, 1 / result.TimesFaster.Min);

    private static Spread Scale(Spread spread, double factor) =>
        new(spread.Median * factor, spread.Min * factor, spread.Max * factor);

    private static string Processor() => RunEnvironment.Machine() is var machine
        ? string.Create(CultureInfo.InvariantCulture, $"{machine.Processor}, {machine.Cores} cores") : string.Empty;
}
