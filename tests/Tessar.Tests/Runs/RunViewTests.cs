using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tests.Data;
using Tessar.Tests.Methods;

namespace Tessar.Tests.Runs;

public sealed class RunViewTests
{
    [Fact]
    public void Last_checkpoints_of_all_runs_are_looked_at()
    {
        using var small = new SmallRun("logistic");
        Run second = small.Add("second", "mlp", seed: 2);
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
        Assert.Contains("The runs first and second were trained on different data", e.Message, StringComparison.Ordinal);
        Assert.Contains(one.Store.Identity[..12], e.Message, StringComparison.Ordinal);
        Assert.Contains(other.Store.Identity[..12], e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_without_checkpoint_is_refused_saying_what_to_do()
    {
        using var small = new SmallRun("logistic");
        string path = Path.Combine(small.Run.Directory, RunJson.FileName);
        RunJson.Write(path, small.Run.Record with { Checkpoints = [] });
        TessarException e = Assert.Throws<TessarException>(() => new RunView(Run.Open(small.Run.Directory)));
        Assert.Equal(ErrorKind.InputData, e.Kind);
        Assert.Contains("--resume first", e.Message, StringComparison.Ordinal);
    }
}
