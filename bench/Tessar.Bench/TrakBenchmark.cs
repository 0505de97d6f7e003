using System.Diagnostics;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Gradients.Projections;
using Tessar.Inputs;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Bench;

/// <summary>
/// TRAK features of the 421,642-parameter cnn, k = 2,048, on Fashion-MNIST: all in, and against one backward pass per example.
/// </summary>
internal static class TrakBenchmark
{
    private const int Width = 2048;
    private const int LoopExamples = 64;
    private const int FastExamples = 1024;

    public static object Run()
    {
        string folder = Directory.CreateTempSubdirectory("tessar-bench-").FullName;
        try
        {
            using ExampleStore store = DataCatalog.Open("fashion-mnist");
            Runs.Run run = RandomRun.Create(Path.Combine(folder, "bench"), "cnn", store, "fashion-mnist");
            ExampleSet train = run.TrainSet(store);
            (double seconds, AttributionReport report) = AllIn(run, train, store);
            RatioResult ratio = AgainstLoop(run, train);
            return new
            {
                benchmark = "trak",
                model = "cnn",
                parameters = report.Parameters,
                projectionDimension = Width,
                examples = train.Count,
                threads = Native.TorchThreads.Current,
                secondsFeatures = seconds,
                millisecondsPerExample = seconds * 1000 / train.Count,
                storeBytes = (long)train.Count * Width * 2,
                loopMillisecondsPerExample = Scale(ratio.BaselineSeconds, 1000),
                fastMillisecondsPerExample = Scale(ratio.Seconds, 1000),
                timesFasterThanLoop = ratio.TimesFaster,
                peakBytes = Process.GetCurrentProcess().PeakWorkingSet64,
                runtime = Environment.Version.ToString(),
                processor = Machine.Processor(),
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Everything a user waits for before scores: model, check, sketch tables, gradients, fp16 rows on disk, checksums.
    private static (double Seconds, AttributionReport Report) AllIn(Runs.Run run, ExampleSet train, ExampleStore store)
    {
        ExampleSet target = new(store, "test", 0, 1);
        AttributionMatrix scores = new Trak(new TrakOptions { Projection = TrakProjection.Sketch, ProjectionDimension = Width })
            .Score(new RunView(run), train, target, new MethodContext());
        return (scores.Report.SecondsFeatures, scores.Report);
    }

    // The baseline is our own loop: one forward and one backward pass per example, the same sketch of its gradient.
    private static RatioResult AgainstLoop(Runs.Run run, ExampleSet train)
    {
        var view = new CheckpointView(run, run.Checkpoints[^1]);
        var output = new ClassificationMargin();
        using var model = new GradientModel(view.Open(), train, output, UnsupportedParameters.Throw);
        using DisposeScope scope = NewDisposeScope();
        (CapturedBatch sample, _) = model.Run(train, [0]);
        var sketch = new GradientSketch(model.Gradients, sample, Width, 0, 0);
        var pass = new FeaturePass(model, sketch, new TrakOptions().BatchSize, new MethodContext());
        uint[] table = SketchHash.Table(1, model.Gradients.ParameterCount, Width);
        return Ratio.Measure(
            () => Loop(model.Gradients, output, view, train, table),
            () =>
            {
                pass.ToMemory(new ExampleSet(train.Store, "train", 0, FastExamples)).Dispose();
                return FastExamples;
            });
    }

    private static int Loop(
        PerExampleGradients gradients, ClassificationMargin output, CheckpointView view, ExampleSet train, uint[] table)
    {
        float[] row = new float[Width];
        for (int i = 0; i < LoopExamples; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor labels = Batches.Labels(train, [i]);
            Tensor gradient = gradients.OfByLoop(
                Batches.Inputs(train, [i], view.Input), logits => output.Direction(logits, labels));
            Array.Clear(row);
            SketchHash.Add(table, gradient.data<float>().ToArray(), row);
        }

        return LoopExamples;
    }

    private static Spread Scale(Spread spread, double factor) =>
        new(spread.Median * factor, spread.Min * factor, spread.Max * factor);
}
