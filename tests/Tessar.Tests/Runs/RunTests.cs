using Tessar.Examples;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Tests.Runs;

public sealed class RunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_knows_its_checkpoints_data_labels_and_metrics()
    {
        SmallRuns.Train(SmallRuns.Request(_folder) with { LabelErrors = 0.1, Train = "train:10-89" });
        Run run = Run.Open(_folder.File("runs/run/"));
        Assert.Equal("run", run.Name);
        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal([5, 10], run.Checkpoints.Select(c => c.Step));
        Assert.Equal([0, 1], run.Checkpoints.Select(c => c.Epoch));
        Assert.All(run.Checkpoints, c => Assert.True(File.Exists(c.File)));
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store);
        Assert.Equal("train:10-89", train.ToString());
        Assert.Equal(10, train.Labels!.Edits.Count);
        Assert.Equal("test:0-29", run.TestSet(store).ToString());
        Assert.Equal(2, run.ReadMetrics().Count(row => row.TestAccuracy is not null));
    }

    [Fact]
    public void Model_comes_with_the_weights_of_the_chosen_checkpoint()
    {
        Run run = SmallRuns.Train(_folder);
        foreach (Checkpoint checkpoint in run.Checkpoints)
        {
            using Module<Tensor, Tensor> model = run.LoadModel(checkpoint), byHand = ModelSource.Parse("mlp")
                .Create(run.Record.Program.Input, 3);
            StateDict.Load(byHand, checkpoint.File);
            Assert.Equal(StateDict.Sha256(byHand), StateDict.Sha256(model));
            Assert.False(model.training);
        }

        using Module<Tensor, Tensor> last = run.LoadModel(), alsoLast = run.LoadModel(run.Checkpoints[^1]);
        Assert.Equal(StateDict.Sha256(alsoLast), StateDict.Sha256(last));
        TensorBalance.HoldsButFor(parametersBuilt: 6, () => run.LoadModel().Dispose());
    }

    [Fact]
    public void Checkpoint_changed_after_it_was_recorded_is_refused()
    {
        Run run = SmallRuns.Train(_folder);
        byte[] bytes = File.ReadAllBytes(run.Checkpoints[0].File);
        bytes[^1] ^= 1;
        File.WriteAllBytes(run.Checkpoints[0].File, bytes);
        TensorBalance.Holds(() =>
        {
            var error = Assert.Throws<FileFormatException>(() => run.LoadModel(run.Checkpoints[0]));
            Assert.Contains("was changed after it was recorded", error.Message, StringComparison.Ordinal);
            Assert.Contains(run.Checkpoints[0].Sha256, error.Message, StringComparison.Ordinal);
        });
        run.LoadModel(run.Checkpoints[1]).Dispose();
    }

    [Fact]
    public void Missing_checkpoint_file_is_named()
    {
        Run run = SmallRuns.Train(_folder);
        File.Delete(run.Checkpoints[1].File);
        var error = Assert.Throws<TessarException>(() => run.LoadModel());
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains(run.Checkpoints[1].File, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_changed_after_training_are_refused()
    {
        Run run = SmallRuns.Train(_folder);
        SmallData.Write(_folder, train: 101);
        var error = Assert.Throws<TessarException>(() => run.OpenExamples().Dispose());
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains("isn't what the run run was trained on", error.Message, StringComparison.Ordinal);
        File.Delete(_folder.File("small.tess"));
        Assert.Throws<TessarException>(() => run.OpenExamples().Dispose());
    }

    [Fact]
    public void Run_without_checkpoints_says_how_to_get_one()
    {
        Run run = SmallRuns.Train(_folder);
        RunJson.Write(Path.Combine(run.Directory, "run.json"), run.Record with { Checkpoints = [] });
        var error = Assert.Throws<TessarException>(() => Run.Open(run.Directory).LoadModel());
        Assert.Equal([new Remedy(RemedyKind.ResumeRun, "run")], error.Remedies);
    }

    [Fact]
    public void Run_that_says_running_counts_as_interrupted_unless_someone_writes_it()
    {
        Run run = SmallRuns.Train(_folder);
        RunJson.Write(Path.Combine(run.Directory, "run.json"), run.Record with { Status = RunStatus.Running });
        run = Run.Open(run.Directory);
        Assert.Equal(RunStatus.Interrupted, run.Status);
        using RunLock held = RunLock.Take(run.Directory);
        Assert.Equal(RunStatus.Running, run.Status);
    }

    [Fact]
    public void Folder_without_run_json_is_no_run()
    {
        var error = Assert.Throws<TessarException>(() => Run.Open(_folder.File("none")));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains("none/run.json", error.Message, StringComparison.Ordinal);
    }
}
