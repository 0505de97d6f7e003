using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tests.Runs;
using Tessar.Tests.Toys;
using Tessar.Training;
using Tessar.Training.Loading;
using static TorchSharp.torch;

namespace Tessar.Tests.Inputs;

/// <summary>A kind of input that the library doesn't know is trained on, recorded, replayed and explained.</summary>
public sealed class ToyInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private TrainingRequest Request => SmallRuns.Request(_folder) with { Input = new ShadesInput(6) };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_on_an_unknown_kind_is_recorded_opened_and_asked()
    {
        Run run = SmallRuns.Train(Request);
        Assert.Contains(
            "\"input\": {\n      \"kind\": \"shades\",\n      \"rows\": 6\n    },",
            File.ReadAllText(Path.Combine(run.Directory, "run.json")), StringComparison.Ordinal);
        Assert.Equal(new ShadesInput(6), Run.Open(run.Directory).Record.Program.Input);
        Assert.True(run.Record.Final!.TestAccuracy > 0.5, $"{run.Record.Final}");
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store), test = run.TestSet(store);
        using var scope = NewDisposeScope();
        using var model = run.LoadModel();
        Tensor inputs = Batches.Inputs(test, [2, 0], run.Record.Program.Input);
        Assert.Equal([2, 6], inputs.shape);
        float expected = test.Image(2)[..6].ToArray().Sum(pixel => (float)pixel) / (6 * 255) - 0.5f;
        Assert.Equal(expected, inputs[0, 0].item<float>(), 1e-6);
        using var noGradient = no_grad();
        float[] logits = model.call(inputs).data<float>().ToArray(), predicted = SmallRuns.Predict(run, test).Logits(2).ToArray();
        for (int c = 0; c < 3; c++)
            Assert.Equal(logits[c], predicted[c], 1e-5);
        AttributionMatrix scores = new GradDot(new GradDotOptions()).Score(new RunView(run), train, test, new MethodContext());
        Assert.True(scores.Scores.ToArray().All(float.IsFinite));
    }

    [Fact]
    public void Replay_of_a_run_on_an_unknown_kind_has_its_bits()
    {
        RunReplay replay = Trainer.Replay(
            SmallRuns.Train(Request), cancellation: TestContext.Current.CancellationToken);
        Assert.True(replay.IsBitEqual);
    }

    [Fact]
    public void Resumed_training_on_an_unknown_kind_ends_at_the_same_bits()
    {
        Run whole = SmallRuns.Train(Request with { Name = "whole" });
        Run resumed = SmallRuns.Resume(SmallRuns.Interrupt(Request with { Name = "parts" }, 5));
        Assert.Equal(whole.Checkpoints[^1].Sha256, resumed.Checkpoints[^1].Sha256);
    }

    [Fact]
    public void Model_made_for_pictures_is_refused_naming_those_that_fit()
    {
        var error = Assert.Throws<TessarException>(() => SmallRuns.Train(Request with { Model = "cnn" }));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains(
            "`cnn` isn't made for shades. Choose one that is: logistic, mlp, tanh-mlp", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("runs/run")));
    }

    [Fact]
    public void What_only_pictures_have_is_refused()
    {
        Assert.Contains(
            "Augmentations change pictures, but the data holds shades",
            Assert.Throws<TessarException>(() => SmallRuns.Train(Request with { Augment = ["flip"] })).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "hasn't 5 rows",
            Assert.Throws<TessarException>(() => SmallRuns.Train(Request with { Input = new ShadesInput(5) })).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, CacheMode.System)]
    [InlineData(2, CacheMode.System)]
    [InlineData(2, CacheMode.Process)]
    public void Loader_delivers_an_unknown_kind(int workers, CacheMode cache)
    {
        using ExampleStore store = ExampleStore.Open(SmallData.Write(_folder));
        ExampleSet set = ExampleSet.Parse(store, "train");
        var input = new ShadesInput(6);
        using var loader = new ExampleLoader(
            set, new LoaderOptions { Input = input, BatchSize = 30, Workers = workers, Cache = cache });
        int seen = 0;
        foreach (LoadedBatch batch in loader.Epoch(0))
        {
            using var scope = NewDisposeScope();
            Assert.True(batch.Inputs.equal(Batches.Inputs(set, batch.Indices, input)).all().item<bool>());
            seen += batch.Count;
            batch.Dispose();
        }

        Assert.Equal(100, seen);
    }
}
