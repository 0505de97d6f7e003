using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using Tessar.Lenses.Data.Trajectory;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tests.Data.UserModels;
using Tessar.Tests.Runs;
using Tessar.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

/// <summary>The damping that data/trak takes when none is given.</summary>
public sealed class TrakDampingTests : IDisposable
{
    private const double Rate = 1e-3;
    private static readonly MethodContext _context = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // n/(τ R̄ s̄), at least 0.3, and 1 + √(n/k)/C for a sketch.
    [Theory]
    [InlineData(TrakProjection.None, 2.0, 0.1, 0.5)] // 50/(2·0.1·500)
    [InlineData(TrakProjection.Landmarks, 2.0, 0.1, 0.5)]
    [InlineData(TrakProjection.None, 200.0, 0.1, 0.3)] // 0.005 otherwise
    [InlineData(TrakProjection.None, null, 0.1, 0.3)]
    [InlineData(TrakProjection.None, 2.0, null, 0.3)]
    [InlineData(TrakProjection.None, 0.0, 0.1, 0.3)] // nothing was learned: no scale to take
    [InlineData(TrakProjection.Sketch, 2.0, 0.1, 1.0)] // √(50/2)/5 = 1
    [InlineData(TrakProjection.Sketch, null, null, 0.6)]
    public void The_rule_is_a_formula(TrakProjection projection, double? time, double? curvature, double expected) =>
        Assert.Equal(expected, new DampingRule(projection, 2, 5).Of(time, curvature, 50, 500), 1e-12);

    // λ = n/(τ R̄) whatever the gradients are shortened to, by fp64 probabilities and the logged rates.
    [Theory]
    [InlineData(TrakProjection.None)]
    [InlineData(TrakProjection.Landmarks)]
    [InlineData(TrakProjection.Sketch)]
    public void Short_trainings_get_the_damping_of_their_time(TrakProjection projection)
    {
        Run run = Train();
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store), test = new(store, "test", 0, 7);
        TrakOptions options = new() { Projection = projection, ProjectionDimension = 32 };
        AttributionMatrix scores = new Trak(options).Score(new RunView(run), train, test, _context);
        using DisposeScope scope = NewDisposeScope();
        (_, Tensor q) = Reference.Margins(new CheckpointView(run, run.Checkpoints[^1]), train);
        double time = run.ReadMetrics().Sum(row => row.LearningRate ?? 0) / (1 - 0.9);
        double expected = train.Count / (time * (q * (1 - q)).mean().item<double>());
        if (projection == TrakProjection.Sketch)
            expected *= 1 + Math.Sqrt(train.Count / 32.0);
        double relative = Assert.Single(scores.Report.RelativeDamping!);
        Assert.True(relative > 2 * DampingRule.Least);
        Assert.Equal(1, scores.Report.Damping.Single() / expected, 1e-4);
        AttributionMatrix given = new Trak(options with { Damping = relative }).Score(new RunView(run), train, test, _context);
        Assert.Equal(given.Scores.ToArray(), scores.Scores.ToArray());
        Assert.Null(given.Report.RelativeDamping);
        float[] batches = new Trak(options with { BatchSize = 7 })
            .Score(new RunView(run), train, test, _context).Scores.ToArray();
        float scale = batches.Max(Math.Abs);
        for (int i = 0; i < batches.Length; i++)
            Assert.Equal(scores.Scores.Span[i], batches[i], 1e-4 * scale);
    }

    [Fact]
    public void Adaptive_optimizers_and_imported_weights_get_the_usual_damping()
    {
        Run adaptive = Train("adamw");
        using (ExampleStore store = adaptive.OpenExamples())
            Check(adaptive, adaptive.TrainSet(store), new(store, "test", 0, 7));
        using var imported = new SmallRun("mlp");
        Check(imported.Run, imported.Train, imported.Test);

        static void Check(Run run, ExampleSet train, ExampleSet test)
        {
            AttributionMatrix scores = new Trak(new TrakOptions()).Score(new RunView(run), train, test, _context);
            Assert.Equal([0.3], scores.Report.RelativeDamping);
            Assert.Equal(
                new Trak(new TrakOptions { Damping = 0.3 }).Score(new RunView(run), train, test, _context).Scores.ToArray(),
                scores.Scores.ToArray());
        }
    }

    [Fact]
    public void A_sweep_takes_the_choice_as_one_of_its_values_and_the_strongest_have_it_too()
    {
        Run run = Train();
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store), test = new(store, "test", 0, 7);
        var options = new TrakOptions { Projection = TrakProjection.Sketch, ProjectionDimension = 32 };
        IReadOnlyList<AttributionMatrix> many = new Trak(options)
            .ScoreMany(new RunView(run), train, test, [null, 0.3], _context);
        AttributionMatrix chosen = new Trak(options).Score(new RunView(run), train, test, _context);
        Assert.Equal(chosen.Scores.ToArray(), many[0].Scores.ToArray());
        Assert.Equal(chosen.Report.RelativeDamping, many[0].Report.RelativeDamping);
        Assert.NotEqual(chosen.Scores.ToArray(), many[1].Scores.ToArray());
        Assert.Null(many[1].Report.RelativeDamping);
        TopAttribution top = new Trak(options).ScoreTop(new RunView(run), train, test, 5, _context);
        Assert.Equal(chosen.Report.RelativeDamping!.Single(), Assert.Single(top.Report.RelativeDamping!), 1e-9);
        Assert.Equal(chosen.Proponents(0, 5).Select(one => one.Train), top.Proponents(0).Select(one => one.Train));
        // Half precision rounds the stored side alone, so the two agree to its rounding only.
        TrakOptions exact = options with { NumberFormat = NumberFormat.F32 };
        float[] self = new Trak(exact).SelfInfluence(new RunView(run), train, _context);
        AttributionMatrix all = new Trak(exact).Score(new RunView(run), train, train, _context);
        for (int i = 0; i < self.Length; i++)
            Assert.Equal(all[i, i], self[i], 1e-5 * self.Max(Math.Abs));
    }

    [Fact]
    public void Auto_is_typed_and_written_and_none_is_not()
    {
        MethodDescription method = new MethodCatalog([typeof(Trak).Assembly]).Find("data/trak");
        MethodOption option = method.Options.Single(one => one.Name == "damping");
        Assert.Equal(("auto", "0 to 1000000000000 | auto"), (option.DefaultText, option.Allowed));
        Assert.Equal("auto", method.Effective(new Dictionary<string, string>())["damping"]);
        Assert.Equal("0.5", method.Effective(new Dictionary<string, string> { ["damping"] = "0.5" })["damping"]);
        Assert.True(option.TryRead("auto", out object? value, out _));
        Assert.Null(value);
        Assert.False(option.TryRead("none", out _, out string? objection));
        Assert.Equal("damping is `none`; allowed: 0 to 1000000000000 | auto.", objection);
    }

    // A training on a subset goes through the same schedule in its own number of updates.
    [Fact]
    public void Trainings_on_subsets_have_a_time_of_their_own_but_no_course()
    {
        Run run = Train();
        using ExampleStore store = run.OpenExamples();
        Checkpoint last = run.Checkpoints[^1];
        double whole = TrainingTime.Of(new CheckpointView(run, last), store)!.Value;
        Assert.Equal(run.ReadMetrics().Sum(row => row.LearningRate ?? 0) * 10, whole, 1e-9);
        var half = new CheckpointView(run, last with { Step = 0, OwnUpdates = last.Step / 2 });
        Assert.Equal(whole * (last.Step / 2) / last.Step, TrainingTime.Of(half, store)!.Value, 1e-9);
        Assert.True(TrainingTime.Of(new CheckpointView(run, run.Checkpoints[0]), store) < whole);
        TessarException refusal = Assert.Throws<TessarException>(() =>
            new TracIn(new TracInOptions()).Score(new RunView([half]), run.TrainSet(store), new(store, "test", 0, 2), _context));
        Assert.Equal(ErrorKind.Usage, refusal.Kind);
        Assert.Contains("keeps the last weights of its trainings", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Earlier_checkpoints_of_a_run_can_be_averaged_with_the_last()
    {
        Run run = Train();
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store), test = new(store, "test", 0, 7);
        RunView both = new([.. new[] { 1, 3 }.Select(c => new CheckpointView(run, run.Checkpoints[c]))]);
        var options = new TrakOptions { Projection = TrakProjection.None };
        AttributionMatrix scores = new Trak(options with { Checkpoints = 2 }).Score(new RunView(run), train, test, _context);
        Assert.Equal(new Trak(options).Score(both, train, test, _context).Scores.ToArray(), scores.Scores.ToArray());
        Assert.Equal(2, scores.Report.Damping.Count);
        TessarException refusal = Assert.Throws<TessarException>(() =>
            new Trak(options with { Checkpoints = 9 }).Score(new RunView(run), train, test, _context));
        Assert.Contains("checkpoints is 9; the run run has 4", refusal.Message, StringComparison.Ordinal);
    }

    private Run Train(string optimizer = "sgd") => SmallRuns.Train(SmallRuns.Request(_folder) with
    {
        Model = TinyConvolution.Source,
        Epochs = 4,
        Optimizer = optimizer,
        LearningRate = Rate,
    });
}
