using Tessar.Runs;
using Tessar.Tests.Processes;
using Tessar.Tests.Runs;
using Tessar.Training;
using Tessar.Training.Optimizers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Tests.Training.Optimizers;

/// <summary>
/// Every optimiser's run, killed twice in the middle of an epoch, ends in the same weights; model, data and program make it hard.
/// </summary>
public sealed class KilledRunsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Killed_twice_and_resumed_every_run_ends_in_the_weights_it_would_have_had()
    {
        SmallData.Write(_folder);
        foreach (int kill in (int[])[0, 1])
        {
            using ChildProcess child = ChildProcess.Start(
                "train with every optimizer until told", _folder.File("small.tess"), _folder.File("killed"), $"{kill}");
            child.WaitFor("there");
            child.Kill();
        }

        foreach (string name in Optimizer.Choices.Names)
        {
            Run whole = SmallRuns.Train(Request(_folder.File("small.tess"), _folder.File("whole"), name));
            Run killed = Run.Open(_folder.File($"killed/{name}"));
            Assert.Equal(RunStatus.Interrupted, killed.Status);
            Assert.InRange(killed.Checkpoints.Count, 2, 4);
            Run resumed = SmallRuns.Resume(killed);
            Assert.Equal((name, whole.Checkpoints[^1].Sha256), (name, resumed.Checkpoints[^1].Sha256));
            Assert.True(Trainer.Replay(resumed, progress: null, TestContext.Current.CancellationToken).IsBitEqual);
            Assert.Equal(
                whole.ReadMetrics().Select(r => r with { Seconds = 0 }),
                resumed.ReadMetrics().Select(r => r with { Seconds = 0 }));
        }
    }

    // The next optimiser's run begins inside of the progress report of the one before, so that one death meets all of them under
    // way.
    [Scenario("train with every optimizer until told")]
    private static void TrainAll(string[] arguments)
    {
        int kill = int.Parse(arguments[2], System.Globalization.CultureInfo.InvariantCulture);
        Go([.. Optimizer.Choices.Names], 0);
        void Go(string[] names, int index)
        {
            if (index == names.Length)
            {
                Console.WriteLine("there");
                Console.ReadLine();
                return;
            }

            long stop = kill == 0 ? 5 + index % 4 : 13 + index % 6;
            var listener = new Listener<TrainingProgress>(progress =>
            {
                if (progress.Step == stop)
                    Go(names, index + 1);
            });
            TrainingRequest request = Request(arguments[0], arguments[1], names[index]);
            if (kill == 0)
                Trainer.Train(request, listener);
            else
                Trainer.Resume(Run.Open(Path.Combine(arguments[1], names[index])), listener);
        }
    }

    private static TrainingRequest Request(string data, string runs, string optimizer) => new()
    {
        Model = $"{typeof(NormAndDropout).Assembly.Location}#{typeof(NormAndDropout).FullName}",
        Data = data,
        RunsDirectory = runs,
        Name = optimizer,
        Optimizer = optimizer,
        Epochs = 3,
        BatchSize = 16,
        CheckpointEverySteps = 4,
        Augment = ["flip", "translate"],
        LabelSmoothing = 0.1,
        WeightDecayOn = "weights",
        ClipNorm = Optimizer.Choices.Describe(optimizer).Backward > 0 ? 1 : null,
        Ema = optimizer is "sgd" or "mezo" ? 0.9 : null,
        Threads = 1,
    };
}

/// <summary>A user's model with all that makes resuming hard: running statistics and random draws.</summary>
public sealed class NormAndDropout : Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear first = Linear(36, 16);
    private readonly TorchSharp.Modules.BatchNorm1d norm = BatchNorm1d(16);
    private readonly TorchSharp.Modules.Dropout dropout = Dropout(0.3);
    private readonly TorchSharp.Modules.Linear last = Linear(16, 3);

    public NormAndDropout()
        : base(nameof(NormAndDropout)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        using Tensor pixels = input.flatten(1);
        using Tensor hidden = first.call(pixels);
        using Tensor normed = norm.call(hidden);
        using Tensor active = functional.relu(normed);
        using Tensor kept = dropout.call(active);
        return last.call(kept);
    }
}
