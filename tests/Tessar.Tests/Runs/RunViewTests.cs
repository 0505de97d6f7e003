using Tessar.Inputs;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tests.Data;
using Tessar.Tests.Inputs;
using Tessar.Tests.Methods;
using Tessar.Training;

namespace Tessar.Tests.Runs;

public sealed class RunViewTests
{
    [Fact]
    public void Last_checkpoints_of_all_runs_are_looked_at()
    {
        using var small = new SmallRun("logistic");
        Run second = small.Add("second", "logistic", seed: 2);
        var view = new RunView(small.Run, second);
        Assert.Equal([small.Run.Checkpoints[^1], second.Checkpoints[^1]], view.Checkpoints.Select(c => c.Checkpoint));
        Assert.Same(small.Run, view.Run);
    }

    [Fact]
    public void At_least_one_run_is_needed()
    {
        Assert.Throws<ArgumentException>(() => new RunView(Array.Empty<Run>()));
        Assert.Throws<ArgumentException>(() => new RunView(Array.Empty<CheckpointView>()));
    }

    [Fact]
    public void Runs_on_different_data_are_refused_naming_both()
    {
        using SmallRun one = new("logistic"), other = new("logistic", duplicateFirst: true);
        Run second = other.Add("second", "logistic", seed: 1);
        TessarException e = Assert.Throws<TessarException>(() => new RunView(one.Run, second));
        Assert.Equal(ErrorKind.Usage, e.Kind);
        Assert.Contains("The runs first and second are of different programs: the data are", e.Message, StringComparison.Ordinal);
        Assert.Contains(one.Store.Identity[..12], e.Message, StringComparison.Ordinal);
        Assert.Contains(other.Store.Identity[..12], e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_of_different_programs_are_refused_naming_what_differs()
    {
        using var small = new SmallRun("logistic");
        TessarException e = Assert.Throws<TessarException>(() => new RunView(small.Run, small.Add("second", "mlp", seed: 1)));
        Assert.Equal(ErrorKind.Usage, e.Kind);
        Assert.Contains("the model is logistic and mlp", e.Message, StringComparison.Ordinal);
        Assert.Contains("one run, or several of the same program", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("epochs 2 and 3")]
    [InlineData("optimiser adamw")]
    [InlineData("labels smoothed by")]
    [InlineData("the normalisation")]
    [InlineData("the training examples are")]
    public void Runs_that_differ_in_one_setting_are_refused(string difference)
    {
        using var folder = new TemporaryFolder();
        TrainingRequest one = SmallRuns.Request(folder, "one"), two = one with { Name = "two", Seed = 2 };
        Run first = SmallRuns.Train(one);
        RunView same = new(first, SmallRuns.Train(two));
        Assert.Equal(2, same.Checkpoints.Count);
        TrainingRequest other = difference switch
        {
            "epochs 2 and 3" => one with { Epochs = 3 },
            "optimiser adamw" => one with { LearningRate = 0.01 },
            "labels smoothed by" => one with { LabelSmoothing = 0.1 },
            "the normalisation" => one with { Input = Images.Of(((ImageInput)first.Record.Program.Input).Image) },
            _ => one with { Train = "train:0-49" },
        };
        Run third = SmallRuns.Train(other with { Name = "three" });
        Assert.Contains(
            difference, Assert.Throws<TessarException>(() => new RunView(first, third)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_without_checkpoint_is_refused_saying_what_to_do()
    {
        using var small = new SmallRun("logistic");
        string path = Path.Combine(small.Run.Directory, RunJson.FileName);
        RunJson.Write(path, small.Run.Record with { Checkpoints = [] });
        TessarException e = Assert.Throws<TessarException>(() => new RunView(Run.Open(small.Run.Directory)));
        Assert.Equal(ErrorKind.InputData, e.Kind);
        Assert.Equal([new Remedy(RemedyKind.ResumeRun, "first")], e.Remedies);
    }
}
