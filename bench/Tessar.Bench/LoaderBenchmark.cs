using System.Diagnostics;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Native;
using Tessar.Runs;
using Tessar.Training.Loading;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Bench;

/// <summary>
/// Batches of 256 shuffled, normalised 28×28 pictures on one core, against TorchSharp's own ways of getting them.
/// </summary>
internal static class LoaderBenchmark
{
    private const int BatchSize = 256;

    public static object Run()
    {
        TorchThreads.Set(1);
        using ExampleStore store = DataCatalog.Open("fashion-mnist");
        ExampleSet train = ExampleSet.Parse(store, "train");
        var input = (ImageInput)ModelInput.Of(store);
        using var stock = new StockLoader(train, input, BatchSize, isPrepared: false);
        using var prepared = new StockLoader(train, input, BatchSize, isPrepared: true);
        using var resident = new ResidentImages(train, input, BatchSize);
        using Reading plain = new Reading(train, new LoaderOptions { BatchSize = BatchSize, Workers = 0 }).WarmedUp();
        using Reading plainWorker = new Reading(train, new LoaderOptions { BatchSize = BatchSize, Workers = 1 }).WarmedUp();
        string[] augment = ["flip", "translate"];
        using Reading augmented = new Reading(train, new LoaderOptions { BatchSize = BatchSize, Workers = 0, Augment = augment })
            .WarmedUp();
        using Reading augmentedWorker = new Reading(
            train, new LoaderOptions { BatchSize = BatchSize, Workers = 1, Augment = augment }).WarmedUp();
        RatioResult toStock = Ratio.Measure(stock.Batches, plain.Epoch), toResident = Ratio.Measure(resident.Epoch, plain.Epoch);
        RatioResult toPrepared = Ratio.Measure(prepared.Batches, plain.Epoch);
        RatioResult augmentedToStock = Ratio.Measure(stock.Batches, augmented.Epoch);
        RatioResult workerToStock = Ratio.Measure(stock.Batches, plainWorker.Epoch), augmentedWorkerToStock = Ratio.Measure(
            stock.Batches, augmentedWorker.Epoch);
        (Spread wait, Spread withWorker) = TrainingWait.Measure(train);
        return new
        {
            benchmark = "loader",
            batchSize = BatchSize,
            examples = train.Count,
            ratioToTorchSharpDataLoader = toStock.TimesFaster,
            ratioToIndexSelect = toResident.TimesFaster,
            ratioAugmented = augmentedToStock.TimesFaster,
            ratioToPreparedDataLoader = toPrepared.TimesFaster,
            ratioToTorchSharpDataLoaderOneWorker = workerToStock.TimesFaster,
            ratioAugmentedOneWorker = augmentedWorkerToStock.TimesFaster,
            imagesPerSecond = new
            {
                torchSharpDataLoader = PerSecond(toStock.BaselineSeconds),
                preparedDataLoader = PerSecond(toPrepared.BaselineSeconds),
                indexSelect = PerSecond(toResident.BaselineSeconds),
                loader = PerSecond(toResident.Seconds),
                loaderAugmented = PerSecond(augmentedToStock.Seconds),
                loaderOneWorker = PerSecond(workerToStock.Seconds),
                loaderAugmentedOneWorker = PerSecond(augmentedWorkerToStock.Seconds),
            },
            managedBytesPerBatch = new
            {
                plain = plain.BytesPerBatch(), augmented = augmented.BytesPerBatch(),
                oneWorker = plainWorker.BytesPerBatch()
            },
            waitShareInTraining = wait,
            ratioOfTrainingWithWorkerToWithout = withWorker,
            millisecondsToOpenTenMillionRows = LargeStore.OpenMilliseconds(),
            baselines = new
            {
                torchSharpDataLoader = "torch.utils.data.DataLoader, num_worker 1, shuffle; GetTensor takes a row of a resident "
                    + "uint8 tensor, to float32, sub_ and div_ in place",
                preparedDataLoader = "the same over a resident float32 tensor that is normalised already, so that only the "
                    + "loader's own work remains",
                indexSelect = "resident uint8 tensor: index_select of the batch, to float32, sub_ and div_ in place; labels by "
                    + "index_select",
            },
            runtime = Environment.Version.ToString(),
            processor = Machine.Processor(),
        };
    }

    private static Spread PerSecond(Spread seconds) => new(1 / seconds.Median, 1 / seconds.Max, 1 / seconds.Min);

    /// <summary>Our loader, epoch after epoch.</summary>
    private sealed class Reading(ExampleSet set, LoaderOptions options) : IDisposable
    {
        private readonly ExampleLoader _loader = new(set, options);
        private int _epoch;

        // The runtime compiles a method well only after it ran for some tenths of a second.
        public Reading WarmedUp()
        {
            for (var watch = Stopwatch.StartNew(); watch.ElapsedMilliseconds < 700;)
                Epoch();
            return this;
        }

        public int Epoch()
        {
            int read = 0;
            foreach (LoadedBatch batch in _loader.Epoch(_epoch++))
            {
                read += batch.Count;
                batch.Dispose();
            }

            return read;
        }

        public double BytesPerBatch()
        {
            using LoaderEpoch batches = _loader.Epoch(_epoch++);
            Take(batches, 20);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Take(batches, 200);
            return (GC.GetAllocatedBytesForCurrentThread() - before) / 200.0;
        }

        public void Dispose() => _loader.Dispose();

        private static void Take(LoaderEpoch batches, int count)
        {
            for (int i = 0; i < count && batches.MoveNext(); i++)
                batches.Current.Dispose();
        }
    }
}
