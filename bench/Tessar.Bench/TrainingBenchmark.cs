using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.utils.data;

namespace Tessar.Bench;

/// <summary>A recorded training against the loop that TorchSharp's examples show, on the same model, data and threads.</summary>
/// <remarks>
/// The loop has TorchSharp's DataLoader (one worker) over images kept as bytes, TorchSharp's AdamW, and nothing else: no test, no
/// checkpoint, no metrics. Ours is <see cref="Trainer.Train"/> with all of that, on 64 test images.
/// </remarks>
internal static class TrainingBenchmark
{
    public static object Run()
    {
        using ExampleStore store = DataCatalog.Open("fashion-mnist-mini");
        string folder = Directory.CreateTempSubdirectory("tessar-bench-").FullName;
        try
        {
            return new
            {
                benchmark = "training",
                threads = Native.TorchThreads.Current,
                workloads = Workload.All.Select(workload => Measure(workload, store, folder)).ToArray(),
                machine = RunEnvironment.Machine(),
                versions = RunEnvironment.Versions(),
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static object Measure(Workload workload, ExampleStore store, string folder)
    {
        var train = new ExampleSet(store, "train", 0, workload.Examples);
        int number = 0;
        RatioResult ratio = Ratio.Measure(
            () => PlainLoop(workload, train),
            () =>
            {
                Trainer.Train(new TrainingRequest
                {
                    Model = workload.Model,
                    Data = "fashion-mnist-mini",
                    Train = train.ToString(),
                    Test = "test:0-63",
                    Epochs = 1,
                    BatchSize = workload.BatchSize,
                    Augment = workload.Augment,
                    RunsDirectory = folder,
                    Name =
                        FormattableString.Invariant(
                            $"{workload.Model}-{workload.BatchSize}-{workload.Augment.Length}-{number++}"),
                });
                return workload.Examples;
            });
        return new
        {
            workload.Name,
            workload.Model,
            workload.BatchSize,
            examplesPerSecond = 1 / ratio.Seconds.Median,
            plainExamplesPerSecond = 1 / ratio.BaselineSeconds.Median,
            timesFasterThanPlainLoop = ratio.TimesFaster,
        };
    }

    private static int PlainLoop(Workload workload, ExampleSet train)
    {
        using Module<Tensor, Tensor> model = ModelSource.Parse(workload.Model)
            .Create(ModelInput.Of(train.Store), train.Store.ClassNames.Count, 1);
        using var dataset = new Images(train);
        using var loader = DataLoader(dataset, workload.BatchSize, shuffle: true, num_worker: 1);
        using optim.Optimizer optimizer = optim.AdamW(model.parameters(), lr: 1e-3);
        model.train();
        foreach (Dictionary<string, Tensor> batch in loader)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            using Tensor loss = functional.cross_entropy(model.call(batch["image"]), batch["label"].squeeze(1));
            loss.backward();
            optimizer.step();
        }

        return workload.Examples;
    }

    /// <summary>One image and its label at a time, as TorchSharp's loader wants them.</summary>
    private sealed class Images(ExampleSet train) : torch.utils.data.Dataset
    {
        private readonly InputNormalization _input = InputNormalization.Of(train.Store);

        public override long Count => train.Count;

        public override Dictionary<string, Tensor> GetTensor(long index)
        {
            ImageShape shape = train.Store.Image;
            using Tensor bytes = tensor(train.Image((int)index).ToArray(), [shape.Channels, shape.Height, shape.Width]);
            return new Dictionary<string, Tensor>(StringComparer.Ordinal)
            {
                ["image"] = bytes.to(float32).div_(255f).sub_(_input.Mean[0]).div_(_input.Std[0]),
                ["label"] = tensor((long[])[train.Label((int)index)]),
            };
        }
    }
}
