using Tessar.Examples;
using Tessar.Runs;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Runs;

public sealed class RunCatalogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Runs => _folder.File("runs");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Newest_run_comes_first_and_unreadable_ones_are_listed_with_their_error()
    {
        SmallRuns.Train(_folder, "older");
        SmallRuns.Train(_folder, "newer");
        Directory.CreateDirectory(Path.Combine(Runs, "damaged"));
        File.WriteAllText(Path.Combine(Runs, "damaged", "run.json"), "{");
        Directory.CreateDirectory(Path.Combine(Runs, "begun"));
        RunLock.Take(Path.Combine(Runs, "begun")).Dispose();
        Directory.CreateDirectory(Path.Combine(Runs, "no run at all"));
        File.WriteAllText(Path.Combine(Runs, "file"), "no run either");
        IReadOnlyList<RunSummary> runs = RunCatalog.List(Runs);
        Assert.Equal(["newer", "older", "begun", "damaged"], runs.Select(r => r.Name), StringComparer.Ordinal);
        Assert.All(runs.Take(2), r => Assert.True(r is { Run: not null, Error: null }));
        Assert.All(runs.Skip(2), r => Assert.True(r is { Run: null, Error.Length: > 0 }));
        Assert.Contains("at byte 1", runs[3].Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_folder_has_no_runs() => Assert.Empty(RunCatalog.List(_folder.File("none")));

    [Fact]
    public void Run_is_found_by_name_and_by_path()
    {
        Run run = SmallRuns.Train(_folder, "first");
        Assert.Equal(run.Directory, RunCatalog.Resolve("first", Runs));
        Assert.Equal(run.Directory, RunCatalog.Resolve(run.Directory, _folder.File("elsewhere")));
        Assert.Equal(run.Directory, RunCatalog.Resolve(run.Directory + Path.DirectorySeparatorChar, Runs));
    }

    [Fact]
    public void Unknown_run_names_the_nearest()
    {
        SmallRuns.Train(_folder, "first");
        var error = Assert.Throws<TessarException>(() => RunCatalog.Resolve("frist", Runs));
        Assert.Equal(ErrorKind.InputData, error.Kind);
        Assert.Contains("no run `frist`. Did you mean `first`?", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "holds no runs yet", Assert.Throws<TessarException>(() => RunCatalog.Resolve("first", _folder.File("none"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Free_name_counts_up()
    {
        Assert.Equal("cnn-1", RunCatalog.FreeName("cnn", Runs));
        Directory.CreateDirectory(Path.Combine(Runs, "cnn-1"));
        Directory.CreateDirectory(Path.Combine(Runs, "cnn-3"));
        Assert.Equal("cnn-2", RunCatalog.FreeName("cnn", Runs));
    }

    [Fact]
    public void Everything_but_models_is_read_without_loading_libtorch()
    {
        Run run = SmallRuns.Train(_folder);
        ChildResult result = ChildProcess.Run("read a run", Runs, run.Name);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal("30 predictions, 16 rows, mlp\n", result.Output);
    }

    [Scenario("read a run")]
    private static void Read(string[] arguments)
    {
        Run run = Assert.Single(RunCatalog.List(arguments[0])).Run!;
        run = Run.Open(RunCatalog.Resolve(run.Name, arguments[0]));
        using ExampleStore store = run.OpenExamples();
        run.Verify(run.Checkpoints[0]);
        Predictions predictions = Predictions.TryOpen(run, "test")!;
        Assert.True(predictions.Score(run.TestSet(store)).Accuracy > 0);
        Assert.DoesNotContain("libtorch", File.ReadAllText("/proc/self/maps"), StringComparison.OrdinalIgnoreCase);
        string model = Tessar.Models.ModelSource.Parse(run.Record.Program.Model).Name;
        Console.WriteLine(FormattableString.Invariant(
            $"{predictions.Count} predictions, {run.ReadMetrics().Count} rows, {model}"));
    }
}
