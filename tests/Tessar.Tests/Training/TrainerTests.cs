using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Tests.Models;
using Tessar.Tests.Runs;
using Tessar.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Augmentation_or_order_that_does_not_exist_is_named_with_the_nearest()
    {
        TrainingRequest request = SmallRuns.Request(_folder) with
        {
            Augment = ["flipp", "resize"],
            AugmentSettings = new Dictionary<string, double> { ["resize.height"] = 5 },
            Order = "randm"
        };
        var error = Assert.Throws<TessarException>(() => SmallRuns.Train(request));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        Assert.Contains("There is no augmentation `flipp`. Did you mean `flip`?", error.Message, StringComparison.Ordinal);
        Assert.Contains("There is no order `randm`. Did you mean `random`?", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<TessarException>(() => SmallRuns.Train(request with { Augment = ["resize"], Order = "random" }));
        Assert.Contains("in training their size has to stay", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void First_update_of_softmax_regression_has_its_closed_form()
    {
        // One example per update, plain SGD: W ← W − η (p − e_y) xᵀ, b ← b − η (p − e_y), with p = softmax(Wx + b).
        SmallData.Write(_folder, train: 1, test: 1);
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with
        {
            Model = "logistic",
            Epochs = 1,
            Optimizer = "sgd",
            LearningRate = 0.5,
            Schedule = "constant",
            OptimizerSettings = new Dictionary<string, double>(StringComparer.Ordinal) { ["weightDecay"] = 0, ["momentum"] = 0 },
        });
        using var scope = NewDisposeScope();
        using ExampleStore store = run.OpenExamples();
        using Module<Tensor, Tensor> before = Tessar.Models.ModelSource.Parse("logistic")
            .Create(ModelInput.Of(store), 3, seed: 1);
        using Module<Tensor, Tensor> after = run.LoadModel();
        Tensor x = Batches.Inputs(run.TrainSet(store), [0], run.Record.Program.Input).flatten(1);
        Tensor w = before.state_dict()["fc1.weight"].detach(), b = before.state_dict()["fc1.bias"].detach();
        Tensor error = functional.softmax(functional.linear(x, w, b), 1) - functional.one_hot(
            Batches.Labels(run.TrainSet(store), [0]), 3);
        Assert.True((w - 0.5 * error.t().mm(x)).allclose(after.state_dict()["fc1.weight"].detach(), rtol: 1e-5, atol: 1e-6));
        Assert.True((b - 0.5 * error.squeeze(0)).allclose(after.state_dict()["fc1.bias"].detach(), rtol: 1e-5, atol: 1e-6));
    }

    [Theory]
    [InlineData("logistic")]
    [InlineData("mlp")]
    [InlineData("cnn")]
    public void Zoo_model_learns_with_its_defaults(string model)
    {
        SmallData.Write(_folder, train: 300, test: 100, side: 12);
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with { Model = model, Epochs = 4 });
        Assert.True(run.Record.Final!.TestAccuracy > 0.9, run.Record.Final.ToString());
        Assert.Equal(0.002, run.Record.Program.Optimizer!["learningRate"]);
    }

    [Fact]
    public void Same_request_gives_the_same_bits_and_another_seed_others()
    {
        Run first = SmallRuns.Train(_folder, "first"), second = SmallRuns.Train(_folder, "second");
        Run other = SmallRuns.Train(SmallRuns.Request(_folder, "other") with { Seed = 2 });
        Assert.Equal(first.Checkpoints.Select(c => c.Sha256), second.Checkpoints.Select(c => c.Sha256), StringComparer.Ordinal);
        Assert.DoesNotContain(other.Checkpoints[1].Sha256, first.Checkpoints.Select(c => c.Sha256), StringComparer.Ordinal);
    }

    [Fact]
    public void Metrics_hold_each_window_each_test_and_the_learning_rate()
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with
        {
            LearningRate = 0.01,
            WarmupSteps = 2,
            Schedule = "constant"
        });
        IReadOnlyList<MetricRow> rows = run.ReadMetrics();
        MetricRow[] train = [.. rows.Where(r => r.TrainLoss is not null)], test = [.. rows.Where(r => r.TestLoss is not null)];
        Assert.Equal(Enumerable.Range(1, 14).Select(i => (long)i), train.Select(r => r.Step));
        Assert.Equal(Enumerable.Range(0, 14).Select(i => i / 7), train.Select(r => r.Epoch));
        Assert.Equal(Enumerable.Range(0, 14).Select(i => i == 0 ? 0.005 : 0.01), train.Select(r => r.LearningRate!.Value));
        Assert.Equal([7, 14], test.Select(r => r.Step));
        Assert.Equal([0, 1], test.Select(r => r.Epoch));
        Assert.Equal((test[1].TestLoss, test[1].TestAccuracy), (run.Record.Final!.TestLoss, run.Record.Final.TestAccuracy));
        // Six batches of 16 and one of 4.
        double mean = (train[7..13].Sum(r => r.TrainLoss!.Value) * 16 + train[13].TrainLoss!.Value * 4) / 100;
        Assert.Equal(mean, run.Record.Final.TrainLoss!.Value, 1e-12);
        Assert.Equal(rows.Select(r => r.Seconds).Order(), rows.Select(r => r.Seconds));
    }

    [Fact]
    public void Planted_errors_are_recorded_and_trained_on()
    {
        Run clean = SmallRuns.Train(_folder, "clean");
        Run run = SmallRuns.Train(SmallRuns.Request(_folder, "noisy") with { LabelErrors = 0.2, LabelErrorSeed = 9 });
        Assert.Equal(new LabelsReference("labels.json", "train", 0.2, 9, 20), run.Record.Program.Labels);
        using ExampleStore store = run.OpenExamples();
        LabelOverlay labels = run.OpenLabels(store)!;
        Assert.Equal(LabelOverlay.Plant(store, "train", 0.2, 9).Edits, labels.Edits);
        Assert.False(clean.Checkpoints[0].Sha256 == run.Checkpoints[0].Sha256);
        Assert.Null(clean.OpenLabels(store));
        Run given = SmallRuns.Train(SmallRuns.Request(_folder, "given") with { Labels = labels });
        Assert.Equal(run.Checkpoints[^1].Sha256, given.Checkpoints[^1].Sha256);
    }

    [Fact]
    public void Checkpoints_come_every_so_many_steps_and_at_the_end()
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with { CheckpointEverySteps = 4 });
        Assert.Equal([4, 8, 12, 14], run.Checkpoints.Select(c => c.Step));
        Assert.Equal([0, 1, 1, 1], run.Checkpoints.Select(c => c.Epoch));
        foreach (Checkpoint checkpoint in run.Checkpoints)
        {
            using SafetensorsFile state = SafetensorsFile.Open(checkpoint.File.Replace(
                ".safetensors", ".optim.safetensors", StringComparison.Ordinal));
            Assert.Contains("first-moment/fc1.weight", state.Entries.Select(e => e.Name), StringComparer.Ordinal);
        }
    }

    [Fact]
    public void Progress_counts_every_update_and_native_memory_stays_level()
    {
        // What earlier tests left to the garbage collector must not go while this one counts.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var seen = new List<(TrainingProgress Progress, long Tensors)>();
        SmallRuns.Train(SmallRuns.Request(_folder) with { Epochs = 20 }, p => seen.Add((p, Tensor.TotalCount)));
        Assert.Equal(Enumerable.Range(1, 140).Select(i => (long)i), seen.Select(s => s.Progress.Step));
        Assert.All(
            seen,
            s =>
                Assert.True(s.Progress is { TotalSteps: 140, Epochs: 20, ExamplesPerSecond: > 0 }
                    && s.Progress.Remaining >= TimeSpan.Zero));
        Assert.Equal(TimeSpan.Zero, seen[^1].Progress.Remaining);
        Assert.Null(seen[0].Progress.TestAccuracy);
        Assert.NotNull(seen[^1].Progress.TestAccuracy);
        Assert.All(seen, s => Assert.Equal(seen[0].Tensors, s.Tensors));
    }

    [Fact]
    public void Training_leaves_no_tensors_behind_and_the_thread_count_as_it_was()
    {
        int threads = get_num_threads();
        TensorBalance.HoldsButFor(
            parametersBuilt: 6, () => SmallRuns.Train(SmallRuns.Request(_folder) with { Name = null, Threads = threads + 1 }));
        Assert.Equal(threads, get_num_threads());
        Run run = Run.Open(_folder.File("runs/mlp-small-1"));
        Assert.Equal(threads + 1, run.Record.Machine.Threads);
    }

    [Fact]
    public void Loss_that_is_not_finite_stops_the_run_and_keeps_the_last_good_checkpoint()
    {
        TensorBalance.HoldsButFor(parametersBuilt: 12, () =>
        {
            Directory.CreateDirectory(_folder.File("runs"));
            Directory.Delete(_folder.File("runs"), recursive: true);
            TrainingRequest request = SmallRuns.Request(_folder) with
            {
                Optimizer = "sgd",
                LearningRate = 1e12,
                WarmupSteps = 0,
                CheckpointEverySteps = 1,
            };
            var error = Assert.Throws<NumericalException>(() => SmallRuns.Train(request));
            Assert.StartsWith("The loss is NaN at step 2 (epoch 0, batch 2 of 7). ", error.Message, StringComparison.Ordinal);
            Assert.EndsWith("The checkpoint of step 2 is kept.", error.Message, StringComparison.Ordinal);
            Run run = Run.Open(_folder.File("runs/run"));
            Assert.Equal(RunStatus.Failed, run.Status);
            Assert.NotNull(run.Record.Finished);
            Assert.Equal(error.Message, run.Record.Failure);
            Assert.NotEmpty(run.Checkpoints);
            run.LoadModel().Dispose();
        });
    }

    [Fact]
    public void Run_that_exists_is_opened_not_trained_again()
    {
        TrainingRequest request = SmallRuns.Request(_folder) with { LabelErrors = 0.1 };
        int updates = 0;
        Run trained = SmallRuns.TrainOrOpen(request, _ => updates++), opened = SmallRuns.TrainOrOpen(request, _ => updates++);
        Assert.Equal(14, updates);
        Assert.Equal(trained.Record.Created, opened.Record.Created);

        SmallRuns.Interrupt(request with { Name = "stopped" }, 3);
        Run finished = SmallRuns.TrainOrOpen(request with { Name = "stopped" }, _ => updates++);
        Assert.Equal(14 + 11, updates);
        Assert.Equal(trained.Checkpoints[^1].Sha256, finished.Checkpoints[^1].Sha256);
    }

    [Fact]
    public void Run_of_another_program_is_not_taken_for_the_one_asked_for()
    {
        SmallRuns.Train(_folder);
        var error = Assert.Throws<TessarException>(() =>
            SmallRuns.TrainOrOpen(SmallRuns.Request(_folder) with { Epochs = 3, LearningRate = 1e-3 }));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        Assert.Contains("epochs is 2, asked for is 3; optimizer is {\"name\":\"adamw\"", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SmallRuns.TrainOrOpen(SmallRuns.Request(_folder) with { Name = null }));
    }

    [Fact]
    public void Second_run_of_the_same_name_is_refused_and_the_first_left_alone()
    {
        Run first = SmallRuns.Train(_folder);
        var error = Assert.Throws<TessarException>(() => SmallRuns.Train(_folder));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        Assert.Contains("There is a run `run` already", error.Message, StringComparison.Ordinal);
        Assert.Equal(first.Checkpoints, Run.Open(first.Directory).Checkpoints);
    }

    [Fact]
    public void Folder_with_foreign_files_is_not_made_a_run()
    {
        Directory.CreateDirectory(_folder.File("runs/run"));
        File.WriteAllText(_folder.File("runs/run/thesis.txt"), "years of work");
        var error = Assert.Throws<TessarException>(() => SmallRuns.Train(_folder));
        Assert.Contains("`thesis.txt`", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.File("runs/run/thesis.txt")));
    }

    [Fact]
    public void Run_being_written_is_refused_to_a_second_writer()
    {
        TessarException? same = null, resumed = null;
        Run? run = null;
        SmallRuns.Train(SmallRuns.Request(_folder), p =>
        {
            if (p.Step != 3)
                return;
            same = Assert.Throws<TessarException>(() => SmallRuns.Train(_folder));
            run = Run.Open(_folder.File("runs/run"));
            Assert.Equal(RunStatus.Running, run.Status);
            resumed = Assert.Throws<TessarException>(() => SmallRuns.Resume(run));
        });
        Assert.Contains("is being written by process", same!.Message, StringComparison.Ordinal);
        Assert.Contains("is being written by process", resumed!.Message, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Completed, Run.Open(run!.Directory).Status);
    }

    [Fact]
    public void Every_violation_of_a_request_is_named_at_once()
    {
        var error = Assert.Throws<TessarException>(() => SmallRuns.Train(SmallRuns.Request(_folder) with
        {
            Epochs = 0,
            BatchSize = -1,
            LabelErrors = 1.5,
            Optimizer = "sgdd",
            Schedule = "cosin",
            CheckpointEverySteps = 0,
            Threads = 0,
            Input = new ImageInput(new ImageShape(6, 6, 1), new InputNormalization([0], [0])),
        }));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        string[] expected =
        [
            "Epochs is 0", "BatchSize is -1", "label-errors is 1.5", "no optimiser `sgdd`. Did you mean `sgd`?",
            "no schedule `cosin`. Did you mean `cosine`?", "CheckpointEverySteps is 0", "Threads is 0",
            "standard deviation of channel 0 is 0",
        ];
        Assert.All(expected, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.False(Directory.Exists(_folder.File("runs")));
    }

    [Theory]
    [InlineData("cnnn", "small.tess", ErrorKind.Usage)]
    [InlineData("mlp", "none.tess", ErrorKind.InputData)]
    public void Model_or_data_that_do_not_exist_are_named(string model, string data, ErrorKind kind)
    {
        TrainingRequest request = SmallRuns.Request(_folder) with { Model = model, Data = _folder.File(data) };
        Assert.Equal(kind, Assert.Throws<TessarException>(() => SmallRuns.Train(request)).Kind);
        Assert.False(Directory.Exists(_folder.File("runs")));
    }

    [Fact]
    public void Warm_up_longer_than_the_run_is_refused() =>
        Assert.Contains(
            "the run has 14 updates",
            Assert.Throws<TessarException>(() => SmallRuns.Train(SmallRuns.Request(_folder) with { WarmupSteps = 14 })).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Batch_larger_than_the_data_is_one_update_an_epoch()
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with { BatchSize = 1000 });
        Assert.Equal([1, 2], run.Checkpoints.Select(c => c.Step));
    }

    [Fact]
    public void Model_that_fails_in_the_middle_is_named_with_step_and_size()
    {
        string model = $"{typeof(TiresInTraining).Assembly.Location}#{typeof(TiresInTraining).FullName}";
        var error = Assert.Throws<TessarException>(() => SmallRuns.Train(SmallRuns.Request(_folder) with { Model = model }));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains(
            "failed at step 9 on a batch of 16: that was enough (FormatException)", error.Message, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Failed, Run.Open(_folder.File("runs/run")).Status);
    }

    [Fact]
    public void Run_that_failed_before_its_first_update_leaves_its_name_free()
    {
        string model = $"{typeof(TiresInTraining).Assembly.Location}#{typeof(TiresInTraining).FullName}";
        // The trial sees two batches at most, the first update is the first look of another copy.
        TiresInTraining.Patience = 0;
        try
        {
            Assert.Throws<TessarException>(() => SmallRuns.Train(SmallRuns.Request(_folder) with { Model = model }));
        }
        finally
        {
            TiresInTraining.Patience = 9;
        }

        Assert.False(Directory.Exists(_folder.File("runs/run")));
        Assert.Equal("run", SmallRuns.Train(_folder).Name);
    }

    [Fact]
    public void Frozen_parameters_stay_as_they_are_and_are_not_counted()
    {
        string model = $"{typeof(FrozenFirstLayer).Assembly.Location}#{typeof(FrozenFirstLayer).FullName}";
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with { Model = model });
        Assert.Equal(model, run.Record.Program.Model);
        Assert.Equal(4 * 3 + 3, run.Record.Program.Parameters);
        using SafetensorsFile first = SafetensorsFile.Open(run.Checkpoints[0].File), last =
            SafetensorsFile.Open(run.Checkpoints[1].File);
        Assert.Equal(first.ReadSingles("first.weight"), last.ReadSingles("first.weight"));
        Assert.NotEqual(first.ReadSingles("last.weight"), last.ReadSingles("last.weight"));
    }
}

/// <summary>A user's model whose first layer isn't trained.</summary>
public sealed class FrozenFirstLayer : Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear first = Linear(36, 4);
    private readonly TorchSharp.Modules.Linear last = Linear(4, 3);

    public FrozenFirstLayer()
        : base(nameof(FrozenFirstLayer))
    {
        RegisterComponents();
        foreach (Tensor parameter in first.parameters())
            parameter.requires_grad = false;
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor pixels = input.flatten(1);
        using Tensor hidden = first.call(pixels);
        using Tensor active = functional.relu(hidden);
        return last.call(active);
    }
}

/// <summary>A user's model that throws on the four examples left over at an epoch's end.</summary>
public sealed class NeedsFullBatch() : ImageAndClasses(new ImageShape(6, 6, 1), 3)
{
    public override Tensor forward(Tensor input) =>
        input.shape[0] == 4 ? throw new FormatException("four is too few.") : base.forward(input);
}

/// <summary>A user's model that throws in training after some batches: of a run, not of a trial.</summary>
public sealed class TiresInTraining() : ImageAndClasses(new ImageShape(6, 6, 1), 3)
{
    private static int s_built;
    private readonly bool isTrial = Interlocked.Increment(ref s_built) % 2 == 1;
    private int batches;

    public static int Patience { get; set; } = 9;

    public override Tensor forward(Tensor input) =>
        training && !isTrial && batches++ == Patience ? throw new FormatException("that was enough.") : base.forward(input);
}
