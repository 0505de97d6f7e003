using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Tests.Runs;
using Tessar.Training;
using Tessar.Training.Replaying;

namespace Tessar.Tests.Data;

public sealed class MagicTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Smooth_training_passes_the_check_of_removals_and_zero_replays_leave_it_out()
    {
        Run run = Train("logistic", rate: 0.01);
        AttributionReport report = Report(run, new MagicOptions(), out List<string> warnings);
        SelfCheck check = report.Checks.Single(c => c.Name == "removal-error");
        Assert.InRange(check.Value, 1e-6, 0.3);
        Assert.True(check.Holds);
        Assert.Empty(warnings);
        Assert.DoesNotContain(Report(run, new MagicOptions { CheckReplays = 0 }, out _).Checks, c => c.Name == "removal-error");
    }

    // Updates that throw the weights about: the derivative grows with each, the outputs of the replays don't.
    [Fact]
    public void Chaotic_training_is_told()
    {
        AttributionReport report = Report(Train("tanh-mlp", rate: 0.3), new MagicOptions(), out List<string> warnings);
        Assert.False(report.Checks.Single(c => c.Name == "removal-error").Holds);
        Assert.Contains("too rough", Assert.Single(report.Remarks), StringComparison.Ordinal);
        Assert.Equal(report.Remarks, warnings);
    }

    [Fact]
    public void Derivative_beyond_single_precision_is_an_error_with_the_reason()
    {
        NumericalException e = Assert.Throws<NumericalException>(() =>
            Report(Train("tanh-mlp", rate: 1), new MagicOptions(), out _));
        Assert.Contains("chaotic", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_without_history_and_contexts_without_replayer_are_refused()
    {
        using var small = new SmallRun();
        TessarException imported = Assert.Throws<TessarException>(() =>
            new Magic(new MagicOptions())
                .Score(small.View, small.Train, small.Test, new MethodContext { Replayer = new RunReplayer() }));
        Assert.Contains("imported", imported.Message, StringComparison.Ordinal);
        TessarException alone = Assert.Throws<TessarException>(() =>
            new Magic(new MagicOptions()).Score(small.View, small.Train, small.Test, new MethodContext()));
        Assert.Contains("Replayer", alone.Message, StringComparison.Ordinal);
    }

    private static AttributionReport Report(Run run, MagicOptions options, out List<string> warnings)
    {
        List<string> heard = warnings = [];
        using ExampleStore store = run.OpenExamples();
        var context = new MethodContext
        {
            Replayer = new RunReplayer(),
            Warn = heard.Add,
            Cancellation = TestContext.Current.CancellationToken
        };
        return new Magic(options)
            .Score(new RunView(run), run.TrainSet(store), new ExampleSet(store, "test", 0, 5), context).Report;
    }

    private Run Train(string model, double rate) => SmallRuns.Train(new TrainingRequest
    {
        Model = model,
        Data = "fashion-mnist-mini",
        Train = "train:0-299",
        Name = "run",
        RunsDirectory = _folder.File("runs"),
        Epochs = 10,
        BatchSize = 10,
        Optimizer = "sgd",
        LearningRate = rate,
        Schedule = "constant",
        OptimizerSettings = new Dictionary<string, double>(StringComparer.Ordinal) { ["momentum"] = 0 },
        Threads = 1,
    });
}
