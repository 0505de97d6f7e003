using System.Globalization;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Tasks;
using Tessar.Tensors;
using Tessar.Tests.Processes;
using Tessar.Tests.Runs;
using Tessar.Training;
using Tessar.Training.Retraining;

namespace Tessar.Tests.Training.Retraining;

public sealed class RetrainerTests : IDisposable
{
    private const int Examples = 100;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_training_answers_what_a_recorded_run_with_its_mask_and_seed_answers()
    {
        RetrainingRequest request = Request("models", 3) with { Output = RetrainingOutput.Logits };
        RetrainedModels models = Here(request);
        float[] outputs = models.ReadOutputs();
        using SafetensorsFile file = SafetensorsFile.Open(models.OutputsPath);
        long[] seeds = file.ReadInt64s("seed");
        for (int job = 0; job < models.Count; job++)
        {
            Run run = SmallRuns.Train(SmallRuns.Request(_folder, $"run-{job}") with
            {
                Mask = models.OpenMasks().Indices(job),
                Seed = unchecked((ulong)seeds[job]),
            });
            Predictions answers = Predictions.TryOpen(run, "test")!;
            float[] expected = [.. Enumerable.Range(0, answers.Count).SelectMany(i => answers.Logits(i).ToArray())];
            Assert.Equal(expected, outputs.AsSpan(job * expected.Length, expected.Length).ToArray());
            Assert.Equal(run.Record.Final!.TrainLoss, file.ReadDoubles("trainLoss")[job]);
            Assert.Equal(run.Checkpoints[^1].Step, file.ReadInt64s("steps")[job]);
        }
    }

    [Fact]
    public void Child_processes_compute_the_same_bits_as_this_one()
    {
        RetrainedModels here = Here(Request("here", 5));
        RetrainedModels there = InChildren(Worker(), Request("there", 5));
        Assert.Equal(File.ReadAllBytes(here.MasksPath), File.ReadAllBytes(there.MasksPath));
        Assert.Equal(here.ReadOutputs(), there.ReadOutputs());
        Assert.Equal(5, there.Record.Masks);
        Assert.Empty(there.Record.Failed);
    }

    [Fact]
    public void Margins_and_losses_follow_from_the_logits()
    {
        RetrainedModels logits = Here(Request("logits", 2) with { Output = RetrainingOutput.Logits });
        float[] margin = Here(Request("margins", 2)).ReadOutputs();
        float[] loss = Here(Request("losses", 2) with { Output = RetrainingOutput.Loss }).ReadOutputs();
        float[] all = logits.ReadOutputs();
        int classes = logits.Record.Classes.Count, targets = margin.Length / 2;
        Assert.Equal(2 * targets * classes, all.Length);
        using var store = Tessar.Examples.ExampleStore.Open(_folder.File("small.tess"));
        var test = Tessar.Examples.ExampleSet.Parse(store, "test");
        for (int i = 0; i < margin.Length; i++)
        {
            double[] p = LogitMath.Softmax(all.AsSpan(i * classes, classes));
            int label = test.Label(i % targets);
            Assert.Equal(Math.Log(p[label] / (1 - p[label])), margin[i], 1e-4);
            Assert.Equal(-Math.Log(p[label]), loss[i], 1e-5);
        }
    }

    [Fact]
    public void Asked_again_it_trains_nothing_and_asked_for_more_it_trains_the_rest()
    {
        var heard = new List<RetrainingProgress>();
        RetrainedModels first = Here(Request("models", 2), heard);
        Assert.Equal([0, 1, 2], heard.Select(p => p.Done));
        float[] two = first.ReadOutputs();
        heard.Clear();
        Here(Request("models", 2), heard);
        Assert.Empty(heard);
        RetrainedModels four = Here(Request("models", 4), heard);
        Assert.Equal([2, 3, 4], heard.Select(p => p.Done));
        Assert.Equal(two, four.ReadOutputs()[..two.Length]);
        Assert.Equal(Here(Request("at once", 4)).ReadOutputs(), four.ReadOutputs());
    }

    [Fact]
    public void Stopped_in_the_middle_it_goes_on_with_what_is_left()
    {
        using var source = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => new InProcessRetrainer().Retrain(
            Request("models", 4), new Listener<RetrainingProgress>(p => Cancel(p, source)), source.Token));
        var error = Assert.Throws<TessarException>(() => RetrainedModels.Open(_folder.File("models")));
        Assert.Contains("isn't finished", error.Message, StringComparison.Ordinal);
        var heard = new List<RetrainingProgress>();
        RetrainedModels models = Here(Request("models", 4), heard);
        Assert.Equal([2, 3, 4], heard.Select(p => p.Done));
        Assert.Equal(Here(Request("at once", 4)).ReadOutputs(), models.ReadOutputs());

        static void Cancel(RetrainingProgress progress, CancellationTokenSource source)
        {
            if (progress.Done == 2)
                source.Cancel();
        }
    }

    [Fact]
    public void A_worker_that_is_killed_costs_its_training_only()
    {
        string marks = _folder.File("marks");
        Directory.CreateDirectory(marks);
        RetrainedModels models = InChildren(Worker("retrain, dying", marks), Request("models", 6));
        Assert.Equal(2, Directory.GetFiles(marks).Length); // two workers died, each once
        Assert.Empty(models.Record.Failed);
        Assert.Equal(Here(Request("undisturbed", 6)).ReadOutputs(), models.ReadOutputs());
    }

    [Theory]
    [InlineData("forever")]
    [InlineData("never ready")]
    public void Workers_end_when_their_parent_is_killed(string model)
    {
        RetrainingRequest request = Request("models", 2);
        string mark = _folder.File("mark");
        using ChildProcess parent = ChildProcess.Start(
            "retrain, parent of endless workers", [_folder.File("models"), _folder.File("small.tess"), mark, model]);
        int worker = WaitForWorker(mark);
        using (var process = System.Diagnostics.Process.GetProcessById(parent.Id))
            process.Kill(); // it alone, as kill -9 does
        using System.Diagnostics.Process? orphan = Find(worker);
        Assert.True(
            orphan is null || orphan.WaitForExit(TimeSpan.FromSeconds(60)), $"The worker {worker} goes on without its parent.");
        Assert.Equal(2, request.Masks.Count);
    }

    [Fact]
    public void A_training_that_kills_every_worker_counts_as_failed()
    {
        RetrainedModels models = InChildren(Worker("retrain, dying at 1"), Request("models", 3));
        FailedTraining failed = Assert.Single(models.Record.Failed);
        Assert.Equal(1, failed.Job);
        Assert.Contains("ended with code 137", failed.Reason, StringComparison.Ordinal);
        Assert.False(models.IsCompleted(1));
        float[] outputs = models.ReadOutputs();
        int targets = outputs.Length / 3;
        Assert.All(outputs[targets..(2 * targets)], x => Assert.True(float.IsNaN(x)));
        Assert.All(outputs[..targets], x => Assert.True(float.IsFinite(x)));
    }

    [Fact]
    public void A_training_that_fails_by_itself_is_marked_and_tried_again_only_when_asked_to()
    {
        // Mask 1 selects nothing.
        string masks = _folder.File("masks.safetensors");
        var writer = new SafetensorsWriter();
        writer.Add("masks", (byte[])[.. Enumerable.Repeat((byte)1, Examples), .. new byte[Examples]], 2, Examples);
        writer.Save(masks);
        RetrainingRequest request = Retrainings.Plan(
            SmallRuns.Request(_folder), ExampleMasks.Load(masks, Examples), _folder.File("models"));
        RetrainedModels models = Here(request);
        Assert.Contains("selects none", Assert.Single(models.Record.Failed).Reason, StringComparison.Ordinal);
        var heard = new List<RetrainingProgress>();
        Here(request, heard);
        Assert.Empty(heard);
        RetrainedModels again = Here(request with { RetryFailed = true }, heard);
        Assert.Equal((2, 1), (heard[^1].Done, heard[^1].Failed));
        Assert.Single(again.Record.Failed);
    }

    [Fact]
    public void Another_request_for_the_same_folder_is_refused_with_the_difference()
    {
        Here(Request("models", 2));
        RetrainingRequest other = Request("models", 2) with { Repeats = 2 };
        var error = Assert.Throws<TessarException>(() => Here(other));
        Assert.Contains("repeats: 1, asked for is 2", error.Message, StringComparison.Ordinal);
        RetrainingRequest longer = Retrainings.Plan(
            SmallRuns.Request(_folder) with { Epochs = 3 }, Masks(2), _folder.File("models"));
        error = Assert.Throws<TessarException>(() => Here(longer));
        Assert.Contains("epochs is 2, asked for is 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Repeats_of_a_mask_differ_by_their_seeds()
    {
        RetrainedModels models = Here(Request("models", 2) with { Repeats = 2 });
        using SafetensorsFile file = SafetensorsFile.Open(models.OutputsPath);
        Assert.Equal([0L, 0, 1, 1], file.ReadInt64s("mask"));
        Assert.Equal(4, file.ReadInt64s("seed").Distinct().Count());
        float[] outputs = models.ReadOutputs();
        int targets = outputs.Length / 4;
        Assert.NotEqual(outputs[..targets], outputs[targets..(2 * targets)]);
    }

    [Fact]
    public void A_retraining_among_the_runs_is_not_taken_for_one()
    {
        Here(Request("models", 1));
        Assert.DoesNotContain(RunCatalog.List(_folder.Path), run => run.Name == "models");
    }

    [Fact]
    public void Tensors_balance() => TensorBalance.HoldsButFor(parametersBuilt: 6, () =>
    {
        using var own = new TemporaryFolder();
        RetrainingRequest request = Request(own.Path, 1);
        Here(request);
    });

    [Scenario("retrain, parent of endless workers")]
    internal static void Endless(string[] arguments)
    {
        Environment.SetEnvironmentVariable(WaitsForever.Mark, arguments[2]);
        Environment.SetEnvironmentVariable(WaitsForever.When, arguments[3]);
        RetrainingRequest request = Retrainings.Plan(
            new TrainingRequest
            {
                Model = Models.ModelFeedTests.Name(typeof(WaitsForever)),
                Data = arguments[1],
                BatchSize = 16,
                Epochs = 2
            }, Masks(2), arguments[0]);
        new ProcessRetrainer(Worker("retrain, mortal"), workers: 1).Retrain(request);
    }

    [Scenario("retrain, mortal")]
    internal static void ServeUntilOrphaned(string[] arguments) =>
        RetrainingWorker.Run(arguments[^1], Console.In, Console.Out, orphaned: Die);

    [Scenario("retrain")]
    internal static void Serve(string[] arguments) => RetrainingWorker.Run(arguments[^1], Console.In, Console.Out);

    /// <summary>The first two workers die while they train.</summary>
    [Scenario("retrain, dying")]
    internal static void ServeAndDie(string[] arguments)
    {
        string[] marks = [.. Enumerable.Range(0, 2)
            .Select(i => Path.Combine(arguments[0], i.ToString(CultureInfo.InvariantCulture)))];
        RetrainingWorker.Run(arguments[^1], new Hook(Console.In, _ =>
        {
            foreach (string mark in marks)
            {
                try
                {
                    new FileStream(mark, FileMode.CreateNew).Dispose();
                }
                catch (IOException)
                {
                    continue; // somebody died of it before
                }

                new Thread(() =>
                {
                    Thread.Sleep(20);
                    Die();
                }).Start();
                return;
            }
        }), Console.Out);
    }

    [Scenario("retrain, dying at 1")]
    internal static void ServeAndDieAtOne(string[] arguments) => RetrainingWorker.Run(arguments[^1], new Hook(Console.In, line =>
    {
        if (line == "1")
            Die();
    }), Console.Out);

    private static int WaitForWorker(string mark)
    {
        for (int i = 0; i < 1200; i++)
        {
            if (File.Exists(mark)
                && int.TryParse(File.ReadAllText(mark), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                return id;
            Thread.Sleep(100);
        }

        Assert.Fail("No worker came to its model.");
        return 0;
    }

    private static System.Diagnostics.Process? Find(int id)
    {
        try
        {
            return System.Diagnostics.Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            return null; // gone already
        }
    }

    private static void Die() => System.Diagnostics.Process.GetCurrentProcess().Kill();

    private static WorkerCommand Worker(string scenario = "retrain", params string[] more) => new(
        Path.ChangeExtension(typeof(RetrainerTests).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null),
        [EntryPoint.Switch, scenario, .. more]);

    private static RetrainedModels Here(RetrainingRequest request, List<RetrainingProgress>? heard = null) =>
        new InProcessRetrainer()
            .Retrain(
                request, heard is null ? null : new Listener<RetrainingProgress>(heard.Add),
                TestContext.Current.CancellationToken);

    private static RetrainedModels InChildren(WorkerCommand worker, RetrainingRequest request) =>
        new ProcessRetrainer(worker, workers: 2).Retrain(request, progress: null, TestContext.Current.CancellationToken);

    private static ExampleMasks Masks(int count) => ExampleMasks.Parse("half", count, Examples, seed: 1);

    private RetrainingRequest Request(string name, int count) =>
        Retrainings.Plan(SmallRuns.Request(_folder), Masks(count), _folder.File(name));

    /// <summary>Looks at every line that is read.</summary>
    private sealed class Hook(TextReader inner, Action<string> look) : TextReader
    {
        public override string? ReadLine()
        {
            string? line = inner.ReadLine();
            if (line is not null)
                look(line);
            return line;
        }
    }
}

/// <summary>A user's model that never answers: in the trial before the trainings, or in the trainings.</summary>
public sealed class WaitsForever() : Models.ImageAndClasses(new Tessar.Examples.ImageShape(6, 6, 1), 3)
{
    public const string Mark = "TESSAR_TEST_ENDLESS_MARK";
    public const string When = "TESSAR_TEST_ENDLESS_WHEN";
    private static int s_built;
    private readonly bool isTrial = Interlocked.Increment(ref s_built) == 1;

    public override TorchSharp.torch.Tensor forward(TorchSharp.torch.Tensor input)
    {
        if (training && isTrial == (Environment.GetEnvironmentVariable(When) == "never ready"))
        {
            File.WriteAllText(
                Environment.GetEnvironmentVariable(Mark)!, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            Thread.Sleep(Timeout.Infinite);
        }

        return base.forward(input);
    }
}
