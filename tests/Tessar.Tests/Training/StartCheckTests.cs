using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Runs.Replaying;
using Tessar.Tensors;
using Tessar.Tests.Inputs;
using Tessar.Tests.Models;
using Tessar.Tests.Runs;
using Tessar.Training;
using Tessar.Training.Replaying;
using static TorchSharp.torch;

namespace Tessar.Tests.Training;

/// <summary>What is found out about a model before a run is made of it.</summary>
public sealed class StartCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<Type, string> Refused => new()
    {
        { typeof(NeedsEvenBatch), "failed in a trial before the training on a batch of 5" },
        { typeof(NeedsFullBatch), "failed in a trial before the training on a batch of 4: four is too few (FormatException)" },
        { typeof(AnswersNull), "answered null to a batch of 2" },
        { typeof(AnswersNullInTraining), "answered null in a trial before the training to a batch of 16" },
        { typeof(AnswersNaN), "with finite numbers, with the weights it starts from" },
        { typeof(AnswersDisposed), "it has disposed of" },
        { typeof(Unregistered), "RegisterComponents()" },
        { typeof(AllFrozen), "all its 4 parameters have requires_grad = false" },
        { typeof(Detaches), "doesn't depend on any parameter that is trained" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Refused))]
    public void Model_that_cannot_be_trained_is_refused_with_the_reason_and_leaves_its_name_free(Type type, string reason)
    {
        string data = SmallData.Write(_folder, train: type == typeof(NeedsEvenBatch) ? 101 : 100);
        TrainingRequest request = SmallRuns.Request(_folder) with { Model = ModelFeedTests.Name(type), Data = data };
        TessarException error = Assert.ThrowsAny<TessarException>(() => SmallRuns.Train(request));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(type.Name, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("frame #", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("runs/run")));
        Assert.Equal("run", SmallRuns.Train(request with { Model = "mlp" }).Name);
    }

    [Fact]
    public void Batch_of_one_in_the_last_place_is_tried_in_training_and_in_tests()
    {
        string data = SmallData.Write(_folder, train: 97, test: 257);
        TrainingRequest request = SmallRuns.Request(_folder) with
        {
            Model = ModelFeedTests.Name(typeof(SqueezesOne)),
            Data = data
        };
        Assert.Contains(
            "answered [3] in a trial before the training to [1, 1, 6, 6]; one row per example is required", Message(request),
            StringComparison.Ordinal);
        Assert.Contains(
            "to [1, 1, 6, 6]", Message(request with { LastBatch = "drop" }), StringComparison.Ordinal); // the test's last batch
        Assert.Equal(RunStatus.Completed, SmallRuns.Train(request with { LastBatch = "drop", Test = "test:0-255" }).Status);
    }

    [Theory]
    [InlineData(typeof(ViewsInput))]
    [InlineData(typeof(ViewsInTraining))]
    [InlineData(typeof(GroupNormFirst))]
    public void Model_that_needs_contiguous_batches_gets_them_and_the_run_says_so(Type type)
    {
        string data = SmallData.Write(_folder, channels: 3);
        var remarks = new HashSet<string>(StringComparer.Ordinal);
        Run run = SmallRuns.Train(
            SmallRuns.Request(_folder) with { Model = ModelFeedTests.Name(type), Data = data },
            progress => remarks.Add(progress.Remark ?? string.Empty));
        Assert.Equal(new ModelFeed(ChannelsFirst: true, Copies: false), run.Record.Program.Feed);
        Assert.Contains(remarks, remark => remark.Contains("contiguous", StringComparison.Ordinal));
        Assert.True(Trainer.Replay(run, cancellation: TestContext.Current.CancellationToken).IsBitEqual);
        using ExampleStore store = run.OpenExamples();
        Assert.Equal(30, SmallRuns.Predict(run, run.TestSet(store)).Count);
    }

    [Fact]
    public void Ordinary_models_say_nothing_of_it_in_their_record()
    {
        Run run = SmallRuns.Train(_folder);
        string json = File.ReadAllText(Path.Combine(run.Directory, "run.json"));
        Assert.DoesNotContain("feed", json, StringComparison.Ordinal);
        Assert.DoesNotContain("lastBatch", json, StringComparison.Ordinal);
    }

    // Two looks at one batch must be looks at the same numbers.
    [Theory]
    [InlineData(typeof(ChangesInput), "adamw")]
    [InlineData(typeof(ChangesInput), "sam")]
    [InlineData(typeof(ChangesInput), "mezo")]
    [InlineData(typeof(ChangesInputInTraining), "sam")]
    [InlineData(typeof(ReshapesInput), "sam")]
    [InlineData(typeof(DisposesInput), "sam")]
    [InlineData(typeof(DisposesInput), "mezo")]
    public void Model_that_changes_its_input_trains_to_the_bits_of_its_tidy_twin(Type type, string optimizer)
    {
        TrainingRequest request = SmallRuns.Request(_folder) with { Optimizer = optimizer };
        Run odd = SmallRuns.Train(request with { Model = ModelFeedTests.Name(type) });
        Run tidy = SmallRuns.Train(request with { Name = "tidy", Model = ModelFeedTests.Name(typeof(PlainTwin)) });
        Assert.True(odd.Record.Program.Feed!.Copies);
        Assert.Null(tidy.Record.Program.Feed);
        Assert.Equal(tidy.Checkpoints.Select(c => c.Sha256), odd.Checkpoints.Select(c => c.Sha256));
        Assert.Equal(tidy.Record.Final!.TestLoss, odd.Record.Final!.TestLoss);
    }

    [Fact]
    public void Derivative_of_a_training_is_that_of_the_tidy_twin()
    {
        TrainingRequest request = SmallRuns.Request(_folder) with { Optimizer = "sgd", Epochs = 1 };
        double[] odd = Derivative(SmallRuns.Train(request with { Model = ModelFeedTests.Name(typeof(ChangesInput)) }));
        double[] tidy =
            Derivative(SmallRuns.Train(request with { Name = "tidy", Model = ModelFeedTests.Name(typeof(PlainTwin)) }));
        Assert.Contains(tidy, value => value != 0);
        Assert.Equal(tidy, odd);
    }

    [Fact]
    public void Imported_weights_are_fed_as_their_model_wants_it()
    {
        string data = SmallData.Write(_folder, channels: 3);
        using var model = ModelFeedTests.Source(typeof(ViewsInput)).Create(Images.Of(6, 6, 3), 3);
        StateDict.Save(model, _folder.File("w.safetensors"));
        Run run = RunImporter.Import(
            new ImportRequest
            {
                Weights = _folder.File("w.safetensors"), Model = ModelFeedTests.Name(typeof(ViewsInput)), Data = data,
                Name = "foreign", RunsDirectory = _folder.File("runs"),
            },
            cancellation: TestContext.Current.CancellationToken);
        Assert.True(run.Record.Program.Feed!.ChannelsFirst);
    }

    private static double[] Derivative(Run run)
    {
        using ExampleStore store = run.OpenExamples();
        ExampleSet test = run.TestSet(store);
        TrajectoryDerivative derivative = new RunReplayer().Differentiate(
            run, model => model.call(Batches.Inputs(test, [0, 1], run.Record.Program.Input)).flatten(), 1L << 30, progress: null,
            TestContext.Current.CancellationToken);
        return derivative.Values;
    }

    private static string Message(TrainingRequest request) =>
        Assert.ThrowsAny<TessarException>(() => SmallRuns.Train(request)).Message;
}
