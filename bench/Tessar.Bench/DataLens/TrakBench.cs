using System.Diagnostics;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using Tessar.Methods;
using Tessar.Operators;
using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Bench.DataLens;

/// <summary>
/// What TRAK costs: features against the loop, a store of the mlp's, the Gram matrix, the exact kernel; and what projections
/// lose.
/// </summary>
internal static class TrakBench
{
    private const int Width = 2048;
    private const int ExactExamples = 10_000;

    public static object Run() => new
    {
        benchmark = "trak",
        command = "dotnet run -c Release --project bench/Tessar.Bench -- trak",
        speed = Speed(),
        againstLoop = TrakBenchmark.Run(),
        curve = Curve(),
        machine = Runs.RunEnvironment.Machine(),
    };

    /// <summary>The curve, which is also a table of docs/data/README.md.</summary>
    public static object Curve()
    {
        object curve = KernelCurve.Run();
        StudyPage.Replace(AttributionStudy.PagePath, "kernels", StudyPage.Kernels(JsonSerializer.SerializeToNode(curve)!));
        return curve;
    }

    public static object Speed()
    {
        string folder = Directory.CreateTempSubdirectory("tessar-bench-").FullName;
        try
        {
            using ExampleStore store = DataCatalog.Open("fashion-mnist");
            object features = MlpFeatures(Path.Combine(folder, "mlp"), store);
            object exact = ExactKernel(Path.Combine(folder, "cnn"), store);
            return new { features, gram = Gram(), exact, threads = Native.TorchThreads.Current };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static object MlpFeatures(string folder, ExampleStore store)
    {
        Runs.Run run = RandomRun.Create(folder, "mlp", store, "fashion-mnist");
        ExampleSet train = run.TrainSet(store);
        Resident.Restart();
        var options = new TrakOptions { Projection = TrakProjection.Sketch, ProjectionDimension = Width };
        AttributionReport report = new Trak(options)
            .Score(new RunView(run), train, new ExampleSet(store, "test", 0, 1), new MethodContext()).Report;
        return new
        {
            model = "mlp", examples = train.Count, width = Width, seconds = report.SecondsFeatures,
            secondsScoring = report.SecondsScoring, peakBytes = Resident.Peak()
        };
    }

    // As much work as with real features: neither depends on the numbers.
    private static object Gram()
    {
        using DisposeScope scope = NewDisposeScope();
        Resident.Restart();
        var features = new FeaturesInMemory(randn(60_000, Width));
        var watch = Stopwatch.StartNew();
        Tensor gram = FeatureProducts.Gram(features, weights: null, CancellationToken.None);
        double secondsGram = watch.Elapsed.TotalSeconds;
        watch.Restart();
        linalg.eigh(gram);
        double secondsEigen = watch.Elapsed.TotalSeconds;
        watch.Restart();
        new DampedCholesky(gram, 1, 0).Dispose();
        return new
        {
            examples = 60_000, width = Width, secondsGram, secondsEigen, secondsCholesky = watch.Elapsed.TotalSeconds,
            peakBytes = Resident.Peak()
        };
    }

    private static object ExactKernel(string folder, ExampleStore store)
    {
        Runs.Run run = RandomRun.Create(folder, "cnn", store, "fashion-mnist");
        var train = new ExampleSet(store, "train", 0, ExactExamples);
        var targets = new ExampleSet(store, "test", 0, 100);
        Resident.Restart();
        // Auto has to choose it by itself.
        AttributionReport report = new Trak(new TrakOptions())
            .Score(new RunView(run), train, targets, new MethodContext()).Report;
        return new
        {
            model = "cnn",
            parameters = report.Parameters,
            examples = train.Count,
            targets = targets.Count,
            projection = report.Projection,
            secondsKernel = report.SecondsFeatures,
            secondsSolving = report.SecondsScoring,
            residual = report.Checks.Single().Value,
            remarks = report.Remarks,
            peakBytes = Resident.Peak(),
        };
    }
}
