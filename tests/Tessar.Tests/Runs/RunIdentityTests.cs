using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Features;
using Tessar.Methods;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Tests.Models;
using Tessar.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Runs;

public sealed class RunIdentityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Constant_that_the_constructor_draws_is_drawn_again_from_the_seed_of_the_run(int seed)
    {
        Run run = SmallRuns.Train(Request(typeof(DrawnHidden)) with { Seed = (ulong)seed });
        using ExampleStore store = run.OpenExamples();
        Predictions recorded = Predictions.TryOpen(run, "test")!;
        using nn.Module<Tensor, Tensor> model = run.LoadModel();
        float[] logits = Predictor.Logits(
            model, run.TestSet(store), run.Record.Program.Input, run.Task, cancellation: TestContext.Current.CancellationToken);
        for (int i = 0; i < recorded.Count; i++)
            Assert.Equal(recorded.Logits(i).ToArray(), logits.AsSpan(i * 3, 3).ToArray());
        Assert.Equal(["_scale"], run.Record.Identity!.Unregistered);
        Assert.True(Trainer.Replay(run, cancellation: TestContext.Current.CancellationToken).IsBitEqual);
    }

    [Fact]
    public void Unregistered_constants_are_said_while_training()
    {
        List<string?> remarks = [];
        SmallRuns.Train(Request(typeof(DrawnHidden)), progress => remarks.Add(progress.Remark));
        Assert.All(remarks, remark => Assert.Contains("_scale", remark, StringComparison.Ordinal));
    }

    [Fact]
    public void Layers_in_a_list_are_refused_before_anything_is_written()
    {
        TessarException e = Assert.Throws<TessarException>(() => SmallRuns.Train(Request(typeof(ListHidden))));
        Assert.Contains("_layers[0].weight, _layers[0].bias", e.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.InputData, e.Kind);
        Assert.False(Directory.Exists(_folder.File("runs/run")));
    }

    [Fact]
    public void Model_whose_state_outside_the_weights_was_changed_by_training_is_refused_naming_it()
    {
        Run run = SmallRuns.Train(Request(typeof(CountingHidden)));
        TessarException e = Assert.Throws<TessarException>(() => run.LoadModel());
        Assert.Contains("doesn't answer test:0-3 as it did then", e.Message, StringComparison.Ordinal);
        Assert.Contains("_seen", e.Message, StringComparison.Ordinal);
        Run.Open(run.Directory, acceptChangedModel: true).LoadModel().Dispose();
    }

    [Fact]
    public void Rebuilt_assembly_is_refused_unless_it_is_accepted_and_its_results_are_kept_apart()
    {
        string dll = _folder.File("mine.dll");
        string name = BuiltAssembly.Write(dll, typeof(TanhHidden));
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with { Model = name });
        Assert.Equal("mine.dll", Assert.Single(run.Record.Identity!.Code.Assemblies!).File);
        Assert.Null(run.Lacks);
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store), test = run.TestSet(store);
        Predictions first = SmallRuns.Predict(run, test);
        AttributionResult before = Attribute(run, train, test);

        BuiltAssembly.Write(dll, typeof(SquareHidden));
        Run again = Run.Open(run.Directory);
        foreach (Action look in (Action[])
            [
                () => again.LoadModel(), () => SmallRuns.Predict(again, test), () => Attribute(again, train, test),
                () => Trainer.Replay(again, cancellation: TestContext.Current.CancellationToken),
                () => RetrainingCache.For(again, train, test, ExampleMasks.ExactSize(2, train.Count, 0.5, 1), 1),
            ])
        {
            TessarException e = Assert.ThrowsAny<TessarException>(look);
            Assert.Equal(ErrorKind.InputData, e.Kind);
            Assert.Contains("mine.dll has the SHA-256", e.Message, StringComparison.Ordinal);
            Assert.Contains(new Remedy(RemedyKind.ChangeArgument, "accept-changed-model"), e.Remedies);
        }

        Assert.Equal(first.Directory, Predictions.TryOpen(again, "test")!.Directory); // what was computed then may be read

        Run accepted = Run.Open(run.Directory, acceptChangedModel: true);
        Predictions other = SmallRuns.Predict(accepted, test);
        Assert.NotEqual(first.Directory, other.Directory);
        Assert.NotEqual(first.Logits(0).ToArray(), other.Logits(0).ToArray());
        AttributionResult after = Attribute(accepted, train, test);
        Assert.NotEqual(before.Folder, after.Folder);
        Assert.True(after.IsStale(again));
        Assert.False(before.IsStale(again));

        BuiltAssembly.Write(dll, typeof(TanhHidden));
        Run back = Run.Open(run.Directory);
        if (back.Record.Identity!.Code.DifferenceTo(ModelSource.CodeOf(name)!) is null)
            back.LoadModel().Dispose();
    }

    [Fact]
    public void Assembly_that_the_models_own_stands_on_is_part_of_its_code()
    {
        string dll = _folder.File("mine.dll");
        BuiltAssembly.Write(dll, typeof(TanhHidden));
        IReadOnlyList<ModelAssembly> alone = AssemblyHashes.Of(dll);
        string own = typeof(TanhHidden).Assembly.Location; // the base class's
        File.Copy(own, _folder.File(Path.GetFileName(own)));
        Assert.Single(alone);
        ModelCode then = new() { Assemblies = alone }, now = new() { Assemblies = AssemblyHashes.Of(dll) };
        // Tessar's own assemblies are shared with the program and don't count.
        Assert.Null(then.DifferenceTo(now));
        Assert.Equal(
            "a.dll is missing beside it, recorded is SHA-256 1",
            new ModelCode { Assemblies = [new("a.dll", "1")] }.DifferenceTo(new ModelCode { Assemblies = [] }));
        Assert.Equal(
            "a.dll has the SHA-256 2, recorded is 1",
            new ModelCode { Assemblies = [new("a.dll", "1")] }.DifferenceTo(new ModelCode { Assemblies = [new("a.dll", "2")] }));
        Assert.Equal(
            "it stands on b.dll, which it didn't then",
            new ModelCode { Assemblies = [] }.DifferenceTo(new ModelCode { Assemblies = [new("b.dll", "2")] }));
        Assert.Equal(
            "version 2 of its code, recorded is 1", new ModelCode { Version = 1 }.DifferenceTo(new ModelCode { Version = 2 }));
    }

    [Fact]
    public void Built_in_architecture_of_another_version_is_refused()
    {
        Run run = SmallRuns.Train(_folder);
        Assert.Equal(string.Empty, run.ModelKey);
        RunJson.Write(
            Path.Combine(run.Directory, RunJson.FileName),
            run.Record with { Identity = run.Record.Identity! with { Code = new ModelCode { Version = 2 } } });
        TessarException e = Assert.Throws<TessarException>(() => Run.Open(run.Directory).LoadModel());
        Assert.Contains("version 1 of its code, recorded is 2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_of_the_first_schema_opens_and_says_what_it_lacks()
    {
        Run run = SmallRuns.Train(_folder);
        string path = Path.Combine(run.Directory, RunJson.FileName);
        RunRecord old = run.Record with
        {
            Schema = 1,
            Identity = null,
            Metrics = null,
            Checkpoints = [.. run.Record.Checkpoints.Select(c => new Checkpoint(c.File, c.Step, c.Epoch, c.Sha256))],
        };
        File.WriteAllText(path, System.Text.Json.JsonSerializer.Serialize(old, RunJson.Compact.RunRecord));
        Run opened = Run.Open(run.Directory);
        Assert.Contains("older version", opened.Lacks, StringComparison.Ordinal);
        opened.LoadModel().Dispose();
        Assert.Equal(run.ReadMetrics(), opened.ReadMetrics());
        Assert.NotNull(Predictions.TryOpen(opened, "test"));
        Assert.True(Trainer.Replay(opened, cancellation: TestContext.Current.CancellationToken).IsBitEqual);
    }

    [Fact]
    public void Old_run_that_is_resumed_is_protected_from_then_on()
    {
        Run stopped = SmallRuns.Interrupt(SmallRuns.Request(_folder), 5);
        RunRecord old = stopped.Record with { Schema = 1, Identity = null, Metrics = null };
        File.WriteAllText(
            Path.Combine(stopped.Directory, RunJson.FileName),
            System.Text.Json.JsonSerializer.Serialize(old, RunJson.Compact.RunRecord));
        Run run = SmallRuns.Resume(Run.Open(stopped.Directory));
        Assert.Equal((RunRecord.CurrentSchema, RunStatus.Completed), (run.Record.Schema, run.Status));
        Assert.NotNull(run.Record.Metrics);
        Assert.NotNull(run.Checkpoints[^1].OptimizerSha256);
    }

    private TrainingRequest Request(Type model) =>
        SmallRuns.Request(_folder) with { Model = $"{model.Assembly.Location}#{model.FullName}" };

    private static AttributionResult Attribute(Run run, ExampleSet train, ExampleSet test)
    {
        var options = new TrakOptions { ProjectionDimension = 16, Projection = TrakProjection.Sketch };
        var view = new RunView(run);
        AttributionMatrix matrix = new Trak(options).Score(view, train, test, new MethodContext());
        return AttributionResult.Save(matrix, view, train, test, new Dictionary<string, string>(StringComparer.Ordinal), top: 3);
    }
}
