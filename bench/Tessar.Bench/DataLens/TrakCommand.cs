using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Inputs;
using Tessar.Lenses.Data;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Bench.DataLens;

/// <summary>
/// TRAK with a sketch as its users wait for it: the whole command, at three sizes, in turn with libtorch's plain passes and with
/// one backward pass per example.
/// </summary>
internal static class TrakCommand
{
    private const int StartUp = 128;
    private const int PlainExamples = 4096;

    private static readonly int[] _sizes = [StartUp, 20_000, 60_000];

    public static object Run()
    {
        string folder = Directory.CreateTempSubdirectory("tessar-bench-").FullName;
        try
        {
            using ExampleStore store = DataCatalog.Open("fashion-mnist");
            string runs = Path.Combine(folder, "runs");
            Runs.Run run = RandomRun.Create(Path.Combine(runs, "bench"), "cnn", store, "fashion-mnist");
            var tool = new TessarTool(runs);
            Dictionary<int, List<double>> seconds = _sizes.ToDictionary(size => size, _ => new List<double>());
            List<double> loop = [], plain = [];
            using var passes = new PlainPasses(run, run.TrainSet(store));
            for (int round = 0; round < 1 + Ratio.Rounds; round++)
            {
                double l = passes.SecondsOfLoop(64), p = passes.SecondsOfBatches(PlainExamples);
                double[] commands = [.. _sizes.Select(size => Attribute(tool, run, size))];
                if (round == 0)
                    continue; // files into the cache, processor awake
                loop.Add(l);
                plain.Add(p);
                for (int s = 0; s < _sizes.Length; s++)
                    seconds[_sizes[s]].Add(commands[s]);
            }

            return new
            {
                benchmark = "trak-command",
                command = "dotnet run -c Release --project bench/Tessar.Bench -- trak-command",
                model = "cnn",
                width = new TrakOptions().ProjectionDimension,
                threads = Native.TorchThreads.Current,
                startUpSeconds = Spread.Of(seconds[StartUp]),
                loopMillisecondsPerExample = Spread.Of([.. loop.Select(l => 1000 * l)]),
                plainMillisecondsPerExample = Spread.Of([.. plain.Select(p => 1000 * p)]),
                sizes = _sizes.Skip(1).Select(size => Figures(size, seconds, loop, plain)),
                machine = Runs.RunEnvironment.Machine(),
                processor = Machine.Processor(),
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static object Figures(int size, Dictionary<int, List<double>> seconds, List<double> loop, List<double> plain)
    {
        double[] each = [.. seconds[size].Select(s => s / size)];
        double[] started = [.. seconds[size].Zip(seconds[StartUp], (s, start) => (s - start) / (size - StartUp))];
        return new
        {
            examples = size,
            seconds = Spread.Of(seconds[size]),
            millisecondsPerExample = Spread.Of([.. each.Select(s => 1000 * s)]),
            millisecondsPerExampleOnceStarted = Spread.Of([.. started.Select(s => 1000 * s)]),
            timesFasterThanLoop = Spread.Of([.. loop.Zip(each, (l, s) => l / s)]),
            timesPlainPasses = Spread.Of([.. plain.Zip(each, (p, s) => s / p)]),
        };
    }

    // Nothing of an earlier call is left to be reused.
    private static double Attribute(TessarTool tool, Runs.Run run, int examples)
    {
        string results = Path.Combine(run.Directory, "results");
        if (Directory.Exists(results))
            Directory.Delete(results, recursive: true);
        var watch = Stopwatch.StartNew();
        JsonElement answer = tool.Json(
            "attribute", "bench", "--method", "data/trak", "--targets", "test:0-99", "--set", "projection=sketch", "--train",
            string.Create(CultureInfo.InvariantCulture, $"train:0-{examples - 1}"));
        double seconds = watch.Elapsed.TotalSeconds;
        return answer.GetProperty("examples").GetInt32() == examples
            ? seconds
            : throw new InvalidOperationException("The command looked at other examples than it was asked to.");
    }

    /// <summary>What a training does with the same examples and no more; and one example at a time.</summary>
    private sealed class PlainPasses : IDisposable
    {
        private readonly GradientModel _model;
        private readonly ExampleSet _train;

        public PlainPasses(Runs.Run run, ExampleSet train)
        {
            _train = train;
            _model = new GradientModel(
                new CheckpointView(run, run.Checkpoints[^1]).Open(), train, new ClassificationMargin(),
                UnsupportedParameters.Throw);
        }

        /// <summary>Seconds per example of one forward and one backward pass each.</summary>
        public double SecondsOfLoop(int examples)
        {
            var watch = Stopwatch.StartNew();
            for (int i = 0; i < examples; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor labels = _model.CheckedLabels(_train, [i]);
                _model.Gradients.OfByLoop(_model.Inputs(_train, [i]), logits => _model.Output.Direction(logits, labels));
            }

            return watch.Elapsed.TotalSeconds / examples;
        }

        /// <summary>
        /// Seconds per example of forward and backward passes of whole batches, to the gradients of all weights.
        /// </summary>
        public double SecondsOfBatches(int examples)
        {
            int batch = new TrakOptions().BatchSize;
            Tensor[] parameters = [.. _model.Module.parameters()];
            var watch = Stopwatch.StartNew();
            for (int first = 0; first < examples; first += batch)
            {
                using DisposeScope scope = NewDisposeScope();
                int[] indices = [.. Enumerable.Range(first, batch)];
                Tensor logits = _model.Module.call(Batches.Inputs(_train, indices, _model.Trained.Input));
                Tensor loss = nn.functional.cross_entropy(logits, Batches.Labels(_train, indices));
                Gradient.Of(loss, parameters);
            }

            return watch.Elapsed.TotalSeconds / examples;
        }

        public void Dispose() => _model.Dispose();
    }
}
