using Tessar.Examples;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Tests.Models;
using Tessar.Tests.Processes;
using Tessar.Tests.Runs;
using Tessar.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Tests.Training;

/// <summary>A run that was stopped, at whatever moment and by whatever means, ends in the same bits.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sgd", 1)]
    [InlineData("sgd", 7)]
    [InlineData("sgd", 10)]
    [InlineData("adamw", 3)]
    [InlineData("adamw", 7)]
    [InlineData("adamw", 13)]
    [InlineData("adamw", 14)]
    public void Interrupted_run_ends_in_the_same_bits(string optimizer, long step)
    {
        Run whole = SmallRuns.Train(Request("whole") with { Optimizer = optimizer });
        Run stopped = SmallRuns.Interrupt(Request("stopped") with { Optimizer = optimizer }, step);
        Assert.Equal(step == 14 ? RunStatus.Completed : RunStatus.Interrupted, stopped.Status);
        Assert.Equal(step, stopped.Checkpoints[^1].Step);
        Run resumed = step == 14 ? stopped : SmallRuns.Resume(stopped);
        AssertSame(whole, resumed);
    }

    [Theory]
    [InlineData("random", 3)]
    [InlineData("random", 12)]
    [InlineData("quasi-random", 9)]
    [InlineData("sequential", 10)]
    public void Augmented_run_in_any_order_ends_in_the_same_bits(string order, long step)
    {
        TrainingRequest request = Request("whole") with
        {
            Order = order,
            Augment = ["flip", "translate", "cutout", "brightness"],
            AugmentSettings = new Dictionary<string, double> { ["translate.pad"] = 1, ["cutout.size"] = 2 },
        };
        Run whole = SmallRuns.Train(request);
        Run resumed = SmallRuns.Resume(SmallRuns.Interrupt(request with { Name = "stopped" }, step));
        AssertSame(whole, resumed);
        Assert.Equal(
            ["flip", "translate", "cutout", "brightness"],
            resumed.Record.Program.Augment!.Select(augmentation => augmentation.Name));
        Assert.Equal(order == "random" ? null : order, resumed.Record.Program.Order?.Name);
        Assert.NotEqual(
            Weights(whole),
            Weights(SmallRuns.Train(request with { Name = "plain", Augment = [], AugmentSettings = request.OrderSettings })));
    }

    [Fact]
    public void Run_interrupted_again_and_again_ends_in_the_same_bits()
    {
        TrainingRequest request = Request("whole") with { LabelErrors = 0.1, Train = "train:3-90", CheckpointEverySteps = 4 };
        Run whole = SmallRuns.Train(request);
        Run run = SmallRuns.Interrupt(request with { Name = "stopped" }, 2);
        foreach (long step in (long[])[3, 4, 6, 9])
            run = SmallRuns.Interrupt(run, step);
        AssertSame(whole, SmallRuns.Resume(run));
    }

    [Fact]
    public void Masked_run_goes_on_with_its_own_examples()
    {
        TrainingRequest request = Request("whole") with
        {
            Mask = [.. Enumerable.Range(0, 100).Where(i => i % 3 != 0)],
            Order = "quasi-random",
            Augment = ["flip", "crop"]
        };
        Run whole = SmallRuns.Train(request);
        AssertSame(whole, SmallRuns.Resume(SmallRuns.Interrupt(request with { Name = "stopped" }, 3)));
    }

    [Fact]
    public void Dropout_draws_what_it_would_have_drawn()
    {
        string model = $"{typeof(WithDropout).Assembly.Location}#{typeof(WithDropout).FullName}";
        Run whole = SmallRuns.Train(Request("whole") with { Model = model });
        Run resumed = SmallRuns.Resume(SmallRuns.Interrupt(Request("stopped") with { Model = model }, 5));
        AssertSame(whole, resumed);
    }

    [Fact]
    public void Cnn_on_two_threads_is_resumed_to_the_same_bits()
    {
        SmallData.Write(_folder, side: 12);
        TrainingRequest request = Request("whole") with { Model = "cnn", Threads = 2 };
        Run whole = SmallRuns.Train(request);
        Run resumed = SmallRuns.Resume(SmallRuns.Interrupt(request with { Name = "stopped" }, 10));
        AssertSame(whole, resumed);
        Assert.Equal(2, resumed.Record.Machine.Threads);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(9, 7)]
    [InlineData(12, 7)]
    public void Killed_run_ends_in_the_same_bits(long step, long checkpoint)
    {
        Run whole = SmallRuns.Train(Request("whole"));
        using (ChildProcess child = ChildProcess.Start(
            "train until told", _folder.File("small.tess"), _folder.File("runs"), $"{step}"))
        {
            child.WaitFor("there");
            child.Kill();
        }

        Run killed = Run.Open(_folder.File("runs/killed"));
        Assert.Equal((RunStatus.Running, RunStatus.Interrupted), (killed.Record.Status, killed.Status));
        Assert.Equal(checkpoint, killed.Checkpoints.Count == 0 ? 0 : killed.Checkpoints[^1].Step);
        AssertSame(whole, SmallRuns.Resume(killed));
    }

    [Fact]
    public void Metrics_after_the_checkpoint_are_dropped_not_doubled()
    {
        Run run = SmallRuns.Interrupt(Request("stopped") with { CheckpointEverySteps = 5 }, 6);
        // As after a crash: rows beyond the last checkpoint, and half a row.
        RunJson.Write(
            Path.Combine(run.Directory, "run.json"), run.Record with { Checkpoints = [.. run.Record.Checkpoints.Take(1)] });
        using (FileStream tail = new(run.MetricsPath, FileMode.Append))
            tail.Write([0xff, 0xff]);
        run = SmallRuns.Resume(Run.Open(run.Directory));
        IReadOnlyList<MetricRow> rows = run.ReadMetrics();
        Assert.Equal(Enumerable.Range(1, 14).Select(i => (long)i), rows.Where(r => r.TrainLoss is not null).Select(r => r.Step));
        Assert.Equal([7, 14], rows.Where(r => r.TestLoss is not null).Select(r => r.Step));
    }

    [Fact]
    public void Seconds_and_progress_go_on_from_where_they_were()
    {
        Run stopped = SmallRuns.Interrupt(Request("stopped"), 10);
        double before = stopped.ReadMetrics()[^1].Seconds;
        var seen = new List<long>();
        Run run = SmallRuns.Resume(stopped, p => seen.Add(p.Step));
        Assert.Equal([11, 12, 13, 14], seen);
        Assert.True(run.ReadMetrics().Single(r => r.Step == 11).Seconds >= before);
        Assert.Equal(stopped.Record.Created, run.Record.Created);
    }

    [Fact]
    public void Completed_run_has_nothing_to_resume()
    {
        Run run = SmallRuns.Train(Request("whole"));
        var error = Assert.Throws<TessarException>(() => SmallRuns.Resume(run));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        Assert.Contains("all its epochs are done", error.Message, StringComparison.Ordinal);
        Assert.Equal(run.Record.Finished, Run.Open(run.Directory).Record.Finished);
    }

    [Theory]
    [InlineData("\"adamw\"", "\"adamax\"", "There is no optimiser `adamax`")]
    [InlineData("\"beta1\": 0.9,", "", "its optimiser adamw lacks `beta1`")]
    [InlineData("\"beta1\": 0.9,", "\"beta1\": 9,", "`beta1` of adamw is 9")]
    [InlineData("\"batchSize\": 16,", "", "lacks a part of the program")]
    public void Program_that_cannot_be_carried_out_is_named(string from, string to, string expected)
    {
        Run run = SmallRuns.Interrupt(Request("stopped"), 3);
        EditedFile.Replace(Path.Combine(run.Directory, "run.json"), from, to);
        Assert.Contains(expected, Assert.Throws<TessarException>(() => SmallRuns.Resume(run)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(14)]
    public void Run_canceled_while_it_is_tested_is_tested_when_it_goes_on(long step)
    {
        string model = $"{typeof(CancelsWhenTested).Assembly.Location}#{typeof(CancelsWhenTested).FullName}";
        SmallData.Write(_folder, test: 300); // two batches, so that there is a moment between them
        Run whole = SmallRuns.Train(Request("whole") with { Model = model });
        using var source = new CancellationTokenSource();
        Run stopped = Trainer.Train(
            Request("stopped") with { Model = model },
            new Listener<TrainingProgress>(progress =>
                CancelsWhenTested.Cancellation = progress.Step == step - 1 ? source : null),
            source.Token);
        Assert.Equal((RunStatus.Interrupted, step), (stopped.Status, stopped.Checkpoints[^1].Step));
        Assert.DoesNotContain(stopped.ReadMetrics(), row => row.TestLoss is not null && row.Step == step);
        AssertSame(whole, SmallRuns.Resume(stopped));
    }

    [Fact]
    public void Checkpoint_or_state_that_was_changed_stops_resuming_and_leaves_the_run_resumable()
    {
        Run run = SmallRuns.Interrupt(Request("stopped"), 10);
        string weights = run.Checkpoints[^1].File, state = RunWriter.OptimizerPath(weights);
        foreach (string file in (string[])[weights, state])
        {
            byte[] good = File.ReadAllBytes(file);
            // One bit, and what belongs to another moment.
            Checkpoint first = run.Checkpoints[0];
            foreach (byte[] bad in (byte[][])[
                [.. good[..^1], (byte)(good[^1] ^ 1)],
                File.ReadAllBytes(file == weights ? first.File : RunWriter.OptimizerPath(first.File))
            ])
            {
                File.WriteAllBytes(file, bad);
                var error = Assert.ThrowsAny<TessarException>(() => SmallRuns.Resume(run));
                Assert.Equal(ErrorKind.InputData, error.Kind);
                Assert.Contains(file, error.Message, StringComparison.Ordinal);
            }

            File.WriteAllBytes(file, good);
        }

        Assert.Equal(RunStatus.Completed, SmallRuns.Resume(run).Status);
    }

    [Fact]
    public void Optimizer_state_cut_at_any_place_is_refused()
    {
        Run run = SmallRuns.Interrupt(Request("stopped") with { Model = "logistic" }, 3);
        string state = RunWriter.OptimizerPath(run.Checkpoints[^1].File);
        byte[] whole = File.ReadAllBytes(state);
        for (int length = 0; length < whole.Length; length += 97)
        {
            File.WriteAllBytes(state, whole[..length]);
            Assert.Throws<FileFormatException>(() => SmallRuns.Resume(run));
        }
    }

    [Fact]
    public void Data_changed_since_stop_resuming()
    {
        Run run = SmallRuns.Interrupt(Request("stopped"), 3);
        SmallData.Write(_folder, train: 101);
        Assert.Contains(
            "isn't what the run stopped was trained on", Assert.Throws<TessarException>(() => SmallRuns.Resume(run)).Message,
            StringComparison.Ordinal);
        Assert.Equal(RunStatus.Interrupted, Run.Open(run.Directory).Status);
    }

    [Fact]
    public void Resuming_leaves_no_tensors_behind()
    {
        int number = 0;
        TensorBalance.HoldsButFor(
            parametersBuilt: 12, () => SmallRuns.Resume(SmallRuns.Interrupt(Request($"run-{++number}"), 3)));
    }

    [Scenario("train until told")]
    private static void TrainUntilKilled(string[] arguments)
    {
        long last = long.Parse(arguments[2], System.Globalization.CultureInfo.InvariantCulture);
        Trainer.Train(
            new TrainingRequest
            {
                Model = "mlp", Data = arguments[0], RunsDirectory = arguments[1], Name = "killed", Epochs = 2, BatchSize = 16,
                Threads = 1,
            },
            new Listener<TrainingProgress>(progress =>
            {
                if (progress.Step != last)
                    return;
                Console.WriteLine("there");
                Console.ReadLine();
            }));
    }

    private static void AssertSame(Run expected, Run found)
    {
        Assert.Equal(RunStatus.Completed, found.Status);
        Assert.Equal(Weights(expected), Weights(found));
        Assert.Equal(State(expected), State(found));
        Assert.Equal(expected.Record.Final! with { Seconds = 0 }, found.Record.Final! with { Seconds = 0 });
        Assert.Equal(
            expected.ReadMetrics().Select(r => r with { Seconds = 0 }), found.ReadMetrics().Select(r => r with { Seconds = 0 }));
        Assert.Equal(
            Predictions.TryOpen(expected, "test")!.Logits(0).ToArray(), Predictions.TryOpen(found, "test")!.Logits(0).ToArray());
    }

    private static string Weights(Run run) => run.Checkpoints[^1].Sha256;

    // The header differs: it holds the seconds.
    private static float[] State(Run run)
    {
        using SafetensorsFile file = SafetensorsFile.Open(RunWriter.OptimizerPath(run.Checkpoints[^1].File));
        return [.. file.Entries.SelectMany(e => file.ReadSingles(e.Name))];
    }

    private TrainingRequest Request(string name) => SmallRuns.Request(_folder, name);
}

/// <summary>A user's model that draws random numbers while it is trained.</summary>
public sealed class WithDropout : Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear first = Linear(36, 32);
    private readonly TorchSharp.Modules.Dropout dropout = Dropout(0.5);
    private readonly TorchSharp.Modules.Linear last = Linear(32, 3);

    public WithDropout()
        : base(nameof(WithDropout)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        using Tensor pixels = input.flatten(1);
        using Tensor hidden = first.call(pixels);
        using Tensor active = functional.relu(hidden);
        using Tensor kept = dropout.call(active);
        return last.call(kept);
    }
}

/// <summary>A user's model at whose first test someone presses Ctrl-C.</summary>
public sealed class CancelsWhenTested() : ImageAndClasses(new ImageShape(6, 6, 1), 3)
{
    internal static CancellationTokenSource? Cancellation { get; set; }

    public override Tensor forward(Tensor input)
    {
        if (!training)
        {
            Cancellation?.Cancel();
            Cancellation = null;
        }

        return base.forward(input);
    }
}
