using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Tensors;
using Tessar.Tests.Runs;
using Tessar.Tests.Training.Optimizers;
using Tessar.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Tests.Training;

/// <summary>What a run measures and keeps where the optimiser, or the program, averages weights.</summary>
public sealed class AveragedWeightsTests : IDisposable
{
    private static Classification ThreeClasses => new(new TaskSetup { Outputs = ["a", "b", "c"] });

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Checkpoint_of_schedule_free_holds_the_average_and_its_state_what_is_trained()
    {
        Run run = SmallRuns.Train(Request("run") with { Model = "logistic" });
        using SafetensorsFile weights = SafetensorsFile.Open(run.Checkpoints[^1].File), state =
            SafetensorsFile.Open(RunWriter.OptimizerPath(run.Checkpoints[^1].File));
        float[] x = weights.ReadSingles("fc1.weight"), y = state.ReadSingles("training/fc1.weight"),
            z = state.ReadSingles("z/fc1.weight");
        // x = y + (1 − 1/β)(z − y) with β = 0.9.
        Assert.Equal(y.Zip(z, (a, b) => a + (b - a) * (float)(1 - 1 / 0.9)), x, (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.NotEqual(x, y);
    }

    [Fact]
    public void Measurements_and_predictions_are_those_of_the_checkpoint()
    {
        string model = $"{typeof(NormAndDropout).Assembly.Location}#{typeof(NormAndDropout).FullName}";
        foreach (TrainingRequest request in (TrainingRequest[])[
            Request("free") with { Model = model },
            Request("mean") with { Model = model, Optimizer = "adamw", Ema = 0.9 }
        ])
        {
            Run run = SmallRuns.Train(request);
            using ExampleStore store = run.OpenExamples();
            using Module<Tensor, Tensor> kept = run.LoadModel();
            float[] logits = Predictor.Logits(
                kept, run.TestSet(store), run.Record.Program.Input, run.Task, progress: null,
                TestContext.Current.CancellationToken);
            Assert.Equal(logits[..3], Predictions.TryOpen(run, "test")!.Logits(0).ToArray());
            Assert.Equal(run.Task.Of(logits, run.TestSet(store))[Measure.Loss]!.Value, run.Record.Final!.TestLoss!.Value, 1e-12);
        }
    }

    [Fact]
    public void Measuring_and_saving_often_leaves_no_trace_in_the_training()
    {
        string model = $"{typeof(NormAndDropout).Assembly.Location}#{typeof(NormAndDropout).FullName}";
        Run often = SmallRuns.Train(Request("often") with
        {
            Model = model,
            CheckpointEverySteps = 1
        }), rarely = SmallRuns.Train(Request("rarely") with { Model = model });
        Assert.Equal(rarely.Checkpoints[^1].Sha256, often.Checkpoints[^1].Sha256);
    }

    [Fact]
    public void Statistics_of_batch_norm_are_estimated_at_the_average_and_said_so()
    {
        string model = $"{typeof(NormAndDropout).Assembly.Location}#{typeof(NormAndDropout).FullName}";
        List<string> remarks = [];
        Run run = SmallRuns.Train(Request("run") with { Model = model }, progress => remarks.Add(progress.Remark ?? ""));
        Assert.Contains("50 training batches", remarks[^1], StringComparison.Ordinal);
        using ExampleStore store = run.OpenExamples();
        using Module<Tensor, Tensor> kept = run.LoadModel();
        using var scope = NewDisposeScope();
        using SafetensorsFile state = SafetensorsFile.Open(RunWriter.OptimizerPath(run.Checkpoints[^1].File));
        // The mean over six whole batches of a linear layer's outputs is the layer's output at the mean input, but for the rest
        // of four.
        float[] mean = kept.state_dict()["norm.running_mean"].data<float>().ToArray();
        Tensor inputs = Batches.Inputs(run.TrainSet(store), [.. Enumerable.Range(0, 100)], run.Record.Program.Input).flatten(1);
        float[] expected = functional.linear(inputs, kept.state_dict()["first.weight"], kept.state_dict()["first.bias"]).mean([0])
            .detach().data<float>().ToArray();
        Assert.Equal(expected, mean, (a, b) => Math.Abs(a - b) < 0.1);
        Assert.Equal(6, kept.state_dict()["norm.num_batches_tracked"].item<long>());
        Assert.NotEqual(mean, state.ReadSingles("training/norm.running_mean"));
    }

    [Fact]
    public void Moving_average_has_its_closed_form()
    {
        // d = min(decay, (1 + t) / (10 + t)).
        using var scope = NewDisposeScope();
        Tensor w = tensor(new[] { 1.0 });
        using var average = new Tessar.Training.Averages.Ema(
            new Tessar.Training.Optimizers.TrainedParameters([("w", w)]),
            new NamedSettings("ema", new Dictionary<string, double>(StringComparer.Ordinal) { ["decay"] = 0.5 }));
        double expected = 1;
        for (int t = 1; t <= 30; t++)
        {
            w.fill_(t);
            average.Add(t);
            double d = Math.Min(0.5, (1.0 + t) / (10 + t));
            expected = d * expected + (1 - d) * t;
            Assert.Equal(expected, average.State["ema/w"].item<double>(), 1e-12);
        }
    }

    [Fact]
    public void Average_of_an_average_and_other_contradictions_are_named()
    {
        var error = Assert.Throws<TessarException>(() =>
            SmallRuns.Train(Request("run") with { Ema = 0.9, ClipNorm = -1, LabelSmoothing = 1, WeightDecayOn = "biases" }));
        Assert.All(
            (string[])[
                "sf-adamw averages its weights already",
                "clip-norm is -1",
                "label-smoothing is 1",
                "weight-decay-on is `biases`"
            ],
            part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.Contains(
            "mezo has no gradient to clip",
            Assert.Throws<TessarException>(() =>
                SmallRuns.Train(Request("run") with { Optimizer = "mezo", ClipNorm = 1 })).Message, StringComparison.Ordinal);
        Assert.Contains(
            "`decay` of ema is 1",
            Assert.Throws<TessarException>(() => SmallRuns.Train(Request("run") with { Optimizer = "sgd", Ema = 1 })).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "mezo has none",
            Assert.Throws<TessarException>(() => SmallRuns.Train(Request("run") with { Optimizer = "sam(mezo)" })).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sf-adamw", null, "constant", 0, 2)]
    [InlineData("sf-adamw", 3, "constant", 3, 0)]
    [InlineData("adamw", null, "cosine", 2, -1)]
    [InlineData("mezo", null, "constant", 0, -1)]
    public void Schedule_and_warm_up_follow_from_the_optimizer(
        string optimizer, int? warmup, string schedule, int bySchedule, int byOptimizer)
    {
        // 42 updates, one in twenty of them to warm up.
        TrainingProgram program =
            SmallRuns.Train(Request("run") with { Optimizer = optimizer, WarmupSteps = warmup, Epochs = 6 }).Record.Program;
        Assert.Equal((schedule, bySchedule), (program.Schedule!.Name, program.Schedule["warmupSteps"]));
        Assert.Equal(byOptimizer, program.Optimizer!.Values.GetValueOrDefault("warmupSteps", -1));
    }

    [Fact]
    public void Second_look_leaves_running_statistics_alone_and_draws_the_same()
    {
        using var scope = NewDisposeScope();
        foreach (double? momentum in (double?[])[0.1, null])
        {
            using var model = new NormAndDropout();
            var norm = (TorchSharp.Modules.BatchNorm1d)model.named_children().Single(c => c.name == "norm").module;
            norm.momentum = momentum;
            model.train();
            Tensor[] parameters = [.. model.parameters()];
            using var batch = new BatchObjective(model, parameters, randn(8, 1, 6, 6), zeros(8, int64))
            {
                Task = ThreeClasses, Draws = (1, 5), NotFinite = _ => new NumericalException("no"),
            };
            Tensor[] first = [.. batch.Gradients().Select(g => g!)];
            float[] mean = norm.running_mean!.data<float>().ToArray();
            long count = norm.num_batches_tracked!.item<long>();
            Tensor[] second = [.. batch.Gradients().Select(g => g!)];
            Assert.Equal(mean, norm.running_mean.data<float>().ToArray());
            Assert.Equal((1, 1), (count, norm.num_batches_tracked.item<long>()));
            Assert.Equal(first.Select(g => Convert.ToHexString(g.bytes)), second.Select(g => Convert.ToHexString(g.bytes)));
            Assert.Equal(momentum, norm.momentum);
            ((Tessar.Training.Optimizers.IObjective)batch).Loss();
            Assert.True(model.training);
            Assert.Equal(mean, norm.running_mean.data<float>().ToArray());
        }
    }

    [Fact]
    public void Label_smoothing_has_its_closed_form_with_and_without_a_graph()
    {
        using var scope = NewDisposeScope();
        using Module<Tensor, Tensor> model = Linear(4, 3);
        Tensor x = randn(8, 4), y = tensor(new long[] { 0, 1, 2, 0, 1, 2, 0, 1 });
        Tensor soft = functional.one_hot(y, 3).to(float64) * 0.7 + 0.1;
        double expected = -(soft * functional.log_softmax(model.call(x).to(float64), 1)).sum(1L).mean().item<double>();
        foreach (bool graph in (bool[])[true, false])
        {
            using var batch = new BatchObjective(model, [.. model.parameters()], x, y)
            {
                Task = ThreeClasses, LabelSmoothing = 0.3, Draws = (1, 0), NotFinite = _ => new NumericalException("no"),
            };
            if (graph)
                batch.Gradients();
            else
                batch.Loss();
            Assert.Equal(expected, batch.FirstLoss, 1e-6);
        }
    }

    [Theory]
    [InlineData("sf-adamw", null)]
    [InlineData("sgd", 0.9)]
    [InlineData("sam", null)]
    [InlineData("sam-sf-adamw", null)]
    [InlineData("mezo", 0.9)]
    [InlineData("mezo-adam", null)]
    public void Training_leaves_no_tensors_behind(string optimizer, double? ema)
    {
        string model = $"{typeof(NormAndDropout).Assembly.Location}#{typeof(NormAndDropout).FullName}";
        int number = 0;
        // Two linear layers and a norm have six parameters; a stopped run builds its model twice, after a trial with a copy.
        TensorBalance.HoldsButFor(parametersBuilt: 18, () => SmallRuns.Resume(
            SmallRuns.Interrupt(
                Request($"run-{++number}") with { Model = model, Optimizer = optimizer, Ema = ema, CheckpointEverySteps = 2 },
                9)));
    }

    [Theory]
    [InlineData("sf-adamw", null)]
    [InlineData("adamw", 0.9)]
    [InlineData("sam", null)]
    [InlineData("mezo-adam", null)]
    [InlineData("signum", null)]
    public void Native_memory_stays_level_from_one_checkpoint_to_the_next(string optimizer, double? ema)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        string model = $"{typeof(NormAndDropout).Assembly.Location}#{typeof(NormAndDropout).FullName}";
        List<long> seen = [];
        SmallRuns.Train(
            Request("run") with { Model = model, Optimizer = optimizer, Ema = ema, CheckpointEverySteps = 1 },
            _ => seen.Add(Tensor.TotalCount));
        Assert.All(seen, count => Assert.Equal(seen[0], count));
    }

    private TrainingRequest Request(string name) => SmallRuns.Request(_folder, name) with { Optimizer = "sf-adamw" };
}
