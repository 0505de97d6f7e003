using Tessar.Examples;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Tests.Runs;
using Tessar.Tests.Toys;
using Tessar.Training;
using static TorchSharp.torch;

namespace Tessar.Tests.Training;

/// <summary>Training, resuming, replaying and importing for a task that the trainer has never heard of.</summary>
public sealed class TaskTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TaskTrainingTests() => TaskCatalog.Add(typeof(LeastSquares).Assembly);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    public void Interrupted_run_ends_in_the_same_bits_with_the_same_measures(long step)
    {
        Run whole = SmallRuns.Train(Request("whole"));
        Run resumed = SmallRuns.Resume(SmallRuns.Interrupt(Request("stopped"), step));

        Assert.Equal(whole.Checkpoints[^1].Sha256, resumed.Checkpoints[^1].Sha256);
        IReadOnlyList<MetricRow> expected = whole.ReadMetrics(), found = resumed.ReadMetrics();
        Assert.Equal(expected.Count, found.Count);
        Assert.All(expected.Zip(found), rows => Assert.True(rows.First.SaysTheSame(rows.Second)));
        Assert.All(expected, row => Assert.NotNull(row.Others));
        Assert.Equal(whole.Record.Final!.Others!["train/distance"], resumed.Record.Final!.Others!["train/distance"]);
        Assert.True(Trainer.Replay(resumed, cancellation: TestContext.Current.CancellationToken).IsBitEqual);
    }

    // One step of plain gradient descent on one batch of all examples: W − η mean(r xᵀ), r = f − e_y.
    [Fact]
    public void A_step_goes_down_the_gradient_of_the_tasks_own_loss()
    {
        Run run = SmallRuns.Train(Request("one") with
        {
            Model = "logistic",
            Epochs = 1,
            BatchSize = 100,
            Optimizer = "sgd",
            LearningRate = 0.1,
            WarmupSteps = 0,
            Schedule = "constant",
            OptimizerSettings = new Dictionary<string, double> { ["momentum"] = 0, ["weightDecay"] = 0 },
        });
        using ExampleStore store = run.OpenExamples();
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> before = run.BuildModel(), after = run.LoadModel();
        ExampleSet set = run.TrainSet(store);
        int[] all = [.. Enumerable.Range(0, set.Count)];
        Tensor x = Tessar.Inputs.Batches.Inputs(set, all, run.Record.Program.Input);
        Tensor r = (before.call(x) - run.Task.Targets(set, all)).detach();
        Tensor w = before.parameters().First().detach(), expected = w - 0.1 / set.Count * r.t().mm(x.reshape(set.Count, -1));
        Assert.InRange((after.parameters().First().detach() - expected).abs().max().item<float>(), 0, 1e-6);
    }

    [Fact]
    public void An_optimizer_without_gradients_sees_the_same_loss()
    {
        Run run = SmallRuns.Train(Request("blind") with { Optimizer = "mezo", Epochs = 1 });
        Assert.InRange(run.ReadMetrics()[0].TrainLoss!.Value, 1e-3, 100);
    }

    [Fact]
    public void Weights_from_elsewhere_are_tested_by_the_task_they_were_trained_for()
    {
        Run trained = SmallRuns.Train(Request("trained"));
        Run imported = SmallRuns.Import(new ImportRequest
        {
            Weights = trained.Checkpoints[^1].File, Model = "mlp", Data = trained.Record.Program.Data.Name,
            Task = "toy/least-squares", Name = "foreign", RunsDirectory = _folder.File("runs"),
        });
        Assert.Equal("toy/least-squares", imported.Record.Program.Task);
        Assert.Equal(trained.Record.Final!.TestLoss, imported.Record.Final!.TestLoss);
        Assert.Equal(trained.Record.Final.Others!["test/distance"], imported.Record.Final.Others!["test/distance"]);
        Assert.Equal(["test/distance"], imported.Record.Final.Others.Keys);
    }

    private TrainingRequest Request(string name) =>
        SmallRuns.Request(_folder, name) with { Model = "mlp", Task = "toy/least-squares", Epochs = 2 };
}
