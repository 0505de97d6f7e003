using System.Diagnostics;
using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Kronecker;
using Tessar.Methods;
using Tessar.Operators.Kronecker;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Bench.DataLens;

/// <summary>
/// How long the curvature of the cnn takes on 10,000 images, stage by stage, and scores with it; in memory, nothing taken from
/// disk.
/// </summary>
internal static class EkfacBench
{
    private const int Train = 10_000;
    private const int Targets = 20;
    private const int Rounds = 3;

    public static object Run()
    {
        string folder = Path.Combine(TessarTool.Root, "runs", "data-lens-study");
        var tool = new TessarTool(folder);
        string range = string.Create(CultureInfo.InvariantCulture, $"train:0-{Train - 1}");
        tool.TrainOnce(
            "cnn", ["--model", "cnn", "--data", "fashion-mnist-mini", "--train", range, "--epochs", "1", "--seed", "1"]);
        Runs.Run run = Runs.Run.Open(Path.Combine(folder, "cnn"));
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store), targets = new(store, "test", 0, Targets);
        Times[] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => Measure(new RunView(run).Checkpoints[0], train, targets))];
        return new
        {
            benchmark = "ekfac",
            command = "dotnet run -c Release --project bench/Tessar.Bench -- ekfac",
            model = "cnn",
            parameters = run.Record.Program.Parameters,
            examples = Train,
            targets = Targets,
            rounds = Rounds,
            secondsFit = Over(rounds, times => times.Fit),
            secondsCovariances = Over(rounds, times => times.Covariances),
            secondsEigenvectors = Over(rounds, times => times.Eigenvectors),
            secondsEigenvalues = Over(rounds, times => times.Eigenvalues),
            secondsScores = Over(rounds, times => times.Scores),
            traceGap = rounds.Max(times => times.TraceGap),
            peakBytes = Process.GetCurrentProcess().PeakWorkingSet64,
            machine = Runs.RunEnvironment.Machine(),
        };
    }

    private static Times Measure(CheckpointView view, ExampleSet train, ExampleSet targets)
    {
        using DisposeScope scope = NewDisposeScope();
        var output = new ClassificationMargin();
        using var checkpoint = new ExplainedCheckpoint(view, train, output, UnsupportedParameters.Throw);
        Dictionary<string, double> ends = new(StringComparer.Ordinal);
        var watch = Stopwatch.StartNew();
        var context = new MethodContext { Progress = new Ends(ends, watch) };
        int batch = new EkfacOptions().BatchSize;
        Func<CurvatureSource> open = () =>
            new ExplainedCheckpoint(view, train, output, UnsupportedParameters.Throw).AsSource(train, CurvatureLabels.Sampled, 0);
        using KroneckerCurvature curvature = new CurvatureFit(
            checkpoint.Blocks.Shapes, [open], train.Count, batch, ScalarType.Float32, files: null, context).Fit(isKfac: false);
        double fit = watch.Elapsed.TotalSeconds;
        watch.Restart();
        (Tensor[] inverses, _) = curvature.Inverses(1);
        using TargetGradients rows = TargetGradients.Of(
            checkpoint.Model, checkpoint.Blocks, targets, 0, targets.Count, batch, new MethodContext());
        rows.Apply(curvature, inverses, batch, new MethodContext());
        checkpoint.AddScores(
            train, rows.Rows, 1, zeros(train.Count, targets.Count, dtype: ScalarType.Float64), batch, new MethodContext(),
            _ => { });
        return new Times(
            fit, ends["covariances"], ends["eigenvectors"] - ends["covariances"], fit - ends["eigenvectors"],
            watch.Elapsed.TotalSeconds, curvature.TraceGap);
    }

    private static Spread Over(Times[] rounds, Func<Times, double> value) => Spread.Of([.. rounds.Select(value)]);

    private sealed record Times(
        double Fit, double Covariances, double Eigenvectors, double Eigenvalues, double Scores, double TraceGap);

    // The moment at which each stage was done.
    private sealed class Ends(Dictionary<string, double> ends, Stopwatch watch) : IProgress<MethodProgress>
    {
        public void Report(MethodProgress value)
        {
            if (value.Done == value.Total)
                ends[value.Stage] = watch.Elapsed.TotalSeconds;
        }
    }
}
