using Tessar.Models;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Tensors;
using Tessar.Tests.Models;
using Tessar.Tests.Runs;
using Tessar.Training;
using Tessar.Training.Retraining;

namespace Tessar.Tests.Training;

public sealed class LastBatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(97, 16, null, 7, 1)]
    [InlineData(97, 16, "keep", 7, 1)]
    [InlineData(97, 16, "drop", 6, 16)]
    [InlineData(97, 16, "merge", 6, 17)]
    [InlineData(96, 16, "drop", 6, 16)]
    [InlineData(96, 16, "merge", 6, 16)]
    [InlineData(9, 16, "drop", 1, 9)]
    [InlineData(9, 16, "merge", 1, 9)]
    [InlineData(9, 16, "keep", 1, 9)]
    [InlineData(5, 1, "merge", 5, 1)]
    public void Steps_and_size_of_the_last_batch_follow_from_the_choice(
        int examples, int batch, string? last, long steps, int size) =>
        Assert.Equal((steps, size), (EpochCut.Steps(examples, batch, last), EpochCut.LastBatch(examples, batch, last)));

    [Theory]
    [InlineData("drop")]
    [InlineData("merge")]
    public void Training_replays_and_resumes_to_the_same_bits(string last)
    {
        TrainingRequest request = SmallRuns.Request(_folder) with { LastBatch = last };
        Run whole = SmallRuns.Train(request);
        Assert.Equal(last, whole.Record.Program.LastBatch);
        Assert.Equal([6L, 12], whole.Checkpoints.Select(c => c.Step)); // 100 in batches of 16
        Assert.True(Trainer.Replay(whole, cancellation: TestContext.Current.CancellationToken).IsBitEqual);
        foreach (long stop in new long[] { 3, 5, 6, 11 })
        {
            string name = $"stopped-{stop}";
            Run resumed = SmallRuns.Resume(SmallRuns.Interrupt(request with { Name = name }, stop));
            Assert.Equal(whole.Checkpoints[^1].Sha256, resumed.Checkpoints[^1].Sha256);
        }
    }

    [Fact]
    public void Merged_batch_holds_the_rest_and_a_dropped_one_leaves_it_out()
    {
        using var store = Tessar.Examples.ExampleStore.Open(SmallData.Write(_folder));
        var set = Tessar.Examples.ExampleSet.Parse(store, "train");
        TrainingProgram program = SmallRuns.Train(_folder).Record.Program;
        Assert.Equal([16, 16, 16, 16, 16, 16, 4], Sizes(program));
        Assert.Equal([16, 16, 16, 16, 16, 16], Sizes(program with { LastBatch = "drop" }));
        Assert.Equal([16, 16, 16, 16, 16, 20], Sizes(program with { LastBatch = "merge" }));
        Assert.Equal([100], Sizes(program with { LastBatch = "drop", BatchSize = 128 }));
        Assert.Equal([100], Sizes(program with { LastBatch = "merge", BatchSize = 128 }));

        List<int> Sizes(TrainingProgram asked)
        {
            using var loader =
                new Tessar.Training.Loading.ExampleLoader(Tessar.Training.Loading.Pipeline.LoaderPlan.Of(set, asked, workers: 1));
            List<int> sizes = [];
            foreach (Tessar.Training.Loading.LoadedBatch batch in loader.Epoch(0))
            {
                using (batch)
                {
                    Assert.Equal(batch.Count, batch.Inputs.shape[0]);
                    Assert.Equal(batch.Count, batch.Labels.shape[0]);
                    sizes.Add(batch.Count);
                }
            }

            return sizes;
        }
    }

    [Fact]
    public void Unknown_choice_is_refused_with_those_there_are() => Assert.Contains(
        "LastBatch is `pad`; it has to be keep, drop, merge",
        Assert.Throws<TessarException>(() => SmallRuns.Train(SmallRuns.Request(_folder) with { LastBatch = "pad" })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Batch_norm_on_a_batch_of_one_is_named_before_training_and_trains_with_the_batch_dropped_or_merged()
    {
        string data = SmallData.Write(_folder, train: 97);
        TrainingRequest request = SmallRuns.Request(_folder) with
        {
            Model = ModelFeedTests.Name(typeof(BatchNormOfVectors)),
            Data = data
        };
        TessarException error = Assert.ThrowsAny<TessarException>(() => SmallRuns.Train(request));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains("Layer norm of model", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "the last batch of an epoch holds one example (97 examples in batches of 16)", error.Message,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("runs/run")));
        foreach (string last in new[] { "drop", "merge" })
            Assert.Equal(RunStatus.Completed, SmallRuns.Train(request with { Name = last, LastBatch = last }).Status);
        Assert.Contains(
            "Choose batches of at least 2",
            Assert.ThrowsAny<TessarException>(() => SmallRuns.Train(request with { BatchSize = 1 })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Batch_norm_with_enough_numbers_in_one_example_trains_on_a_batch_of_one()
    {
        string data = SmallData.Write(_folder, train: 97);
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with
        {
            Model = ModelFeedTests.Name(typeof(BatchNormOfImages)),
            Data = data
        });
        Assert.Equal(RunStatus.Completed, run.Status);
    }

    [Fact]
    public void Optimizer_that_never_trains_on_batch_statistics_takes_a_batch_of_one()
    {
        string data = SmallData.Write(_folder, train: 97);
        TrainingRequest request = SmallRuns.Request(_folder) with
        {
            Model = ModelFeedTests.Name(typeof(BatchNormOfVectors)),
            Data = data,
            Optimizer = "mezo"
        };
        Assert.Equal(RunStatus.Completed, SmallRuns.Train(request).Status);
    }

    [Fact]
    public void Retrainings_on_subsets_of_an_unlucky_size_say_why_they_fail_and_succeed_with_the_batch_merged()
    {
        string masks = _folder.File("masks.safetensors");
        byte[] rows = [.. Enumerable.Range(0, 100).Select(i => (byte)(i < 33 ? 1 : 0)), .. Enumerable.Repeat((byte)1, 100)];
        var writer = new SafetensorsWriter();
        writer.Add("masks", rows, 2, 100);
        writer.Save(masks);
        TrainingRequest training = SmallRuns.Request(_folder) with { Model = ModelFeedTests.Name(typeof(BatchNormOfVectors)) };
        RetrainedModels kept = new InProcessRetrainer().Retrain(
            Retrainings.Plan(training with { LastBatch = "merge" }, ExampleMasks.Load(masks, 100), _folder.File("merged")),
            progress: null, TestContext.Current.CancellationToken);
        Assert.Empty(kept.Record.Failed);
        RetrainedModels lost = new InProcessRetrainer().Retrain(
            Retrainings.Plan(training, ExampleMasks.Load(masks, 100), _folder.File("kept")), progress: null,
            TestContext.Current.CancellationToken);
        FailedTraining failed = Assert.Single(lost.Record.Failed);
        Assert.Equal(0, failed.Job);
        Assert.Contains("holds one example (33 examples in batches of 16)", failed.Reason, StringComparison.Ordinal);
    }
}
