using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Kronecker;
using Tessar.Lenses.Data.Trajectory;
using Tessar.Methods;
using Tessar.Operators.Kronecker;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Tests.Data.Kronecker;
using Tessar.Tests.Data.UserModels;
using Tessar.Tests.Runs;
using Tessar.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

public sealed class SourceTests : IDisposable
{
    private static readonly MethodContext _context = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The formula in fp64 on the method's own curvatures: five checkpoints in two segments of two and three.
    [Fact]
    public void Scores_walk_back_through_the_segments()
    {
        Run run = Train(0.05, 5);
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = new(store, "train", 0, 60), test = new(store, "test", 0, 9);
        AttributionMatrix scores = new Source(new SourceOptions { Segments = 2 }).Score(new RunView(run), train, test, _context);
        using DisposeScope scope = NewDisposeScope();
        CheckpointView[] views = [.. run.Checkpoints.Select(c => new CheckpointView(run, c))];
        double[] rates = [.. run.ReadMetrics().Where(row => row.LearningRate is not null).Select(row => row.LearningRate!.Value)];
        using var last = new ExplainedCheckpoint(
            views[4], train, new ClassificationMargin(), Tessar.Autograd.UnsupportedParameters.Throw);
        var settings = new CurvatureSettings(
            false, CurvatureLabels.Sampled, 0, 100_000, 64, Tessar.Autograd.UnsupportedParameters.LoopFallback);
        // 7 updates an epoch; heavy ball with 0.9.
        (CheckpointView[] Views, double Time)[] segments = [
            (views[..2], rates[..14].Sum() * 10),
            (views[2..], rates[14..].Sum() * 10)
        ];
        Tensor expected = zeros(60, 9, dtype: ScalarType.Float64), targets = Reference.Margins(views[4], test).Gradients;
        Tensor[] v = [.. Blocks().Select(block => Rows(block, targets))];
        foreach ((CheckpointView[] own, double time) in segments.Reverse())
        {
            using KroneckerCurvature curvature = settings.Fit(last.Blocks.Shapes, own, train, "source", 2, _context);
            Tensor mean = stack([.. own.Select(view => Reference.Losses(view, train))]).mean([0]);
            for (int b = 0; b < v.Length; b++)
            {
                Tensor sigma = curvature.Values[b], damped = 1 - (sigma * -time).exp(), gain = where(
                    sigma.gt(1e-9), damped / sigma, full_like(sigma, time));
                expected -= Rows(Blocks()[b], mean).mm(Apply(curvature, b, v[b], gain).t()) / 60;
                v[b] = Apply(curvature, b, v[b], 1 - damped);
            }
        }

        double[] wanted = expected.data<double>().ToArray();
        double scale = wanted.Max(Math.Abs);
        for (int k = 0; k < wanted.Length; k++)
            Assert.Equal(wanted[k], scores.Scores.Span[k], 1e-4 * scale);
        Assert.All(scores.Report.Checks, check => Assert.True(check.Holds, check.Name));
        Assert.Empty(scores.Report.Remarks);

        // In fp32, as the eigenvectors are.
        Tensor Apply(KroneckerCurvature curvature, int block, Tensor rows, Tensor function) =>
            curvature.Apply(block, rows.to_type(ScalarType.Float32), function).to_type(ScalarType.Float64);

        // Weight and bias of each layer side by side, from their places in the flat gradient.
        IReadOnlyList<BlockShape> Blocks() => last.Blocks.Shapes;
        Tensor Rows(BlockShape shape, Tensor flat) => cat(
            [.. shape.Parameters.Select(name => last.Model.Gradients.Captured.Single(slot => slot.Name == name))
                .Select(slot => flat.narrow(1, slot.Offset, slot.Count).reshape(flat.shape[0], shape.Outputs, -1))],
            2).flatten(1);
    }

    // With steps that move nothing curvature doesn't matter: TracIn over n, times 1/(1 − 0.9).
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Short_trainings_give_tracin(int segments)
    {
        Run run = Train(1e-7, 3);
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = new(store, "train", 0, 50), test = new(store, "test", 0, 8);
        float[] source = new Source(new SourceOptions { Segments = segments })
            .Score(new RunView(run), train, test, _context).Scores.ToArray();
        float[] tracIn = new TracIn(new TracInOptions()).Score(new RunView(run), train, test, _context).Scores.ToArray();
        float scale = source.Max(Math.Abs);
        Assert.True(scale > 0);
        for (int k = 0; k < source.Length; k++)
            Assert.Equal(tracIn[k] * 10 / 50, source[k], 1e-4 * scale);
    }

    [Fact]
    public void Self_influence_is_the_diagonal_batches_do_not_matter_and_runs_are_averaged()
    {
        Run one = Train(0.05, 3, "one"), two = Train(0.05, 3, "two", seed: 9);
        using ExampleStore store = one.OpenExamples();
        ExampleSet train = new(store, "train", 0, 40);
        var options = new SourceOptions { Segments = 2 };
        AttributionMatrix both = new Source(options).Score(new RunView(one, two), train, train, _context);
        float[] first = new Source(options).Score(new RunView(one), train, train, _context).Scores.ToArray();
        float[] second = new Source(options).Score(new RunView(two), train, train, _context).Scores.ToArray();
        float[] batches = new Source(options with { BatchSize = 7 })
            .Score(new RunView(one), train, train, _context).Scores.ToArray();
        float scale = first.Max(Math.Abs);
        for (int k = 0; k < first.Length; k++)
        {
            Assert.Equal((first[k] + second[k]) / 2, both.Scores.Span[k], 1e-5 * scale);
            Assert.Equal(first[k], batches[k], 1e-5 * scale);
        }

        float[] self = new Source(options).SelfInfluence(new RunView(one, two), train, _context);
        for (int i = 0; i < self.Length; i++)
            Assert.Equal(both[i, i], self[i], 1e-5 * scale);
        // Room for one example's gradients at a time.
        float[] tight = new Source(options)
            .SelfInfluence(new RunView(one, two), train, new MethodContext { MemoryBudget = 300_000 });
        for (int i = 0; i < self.Length; i++)
            Assert.Equal(self[i], tight[i], 1e-5 * scale);
    }

    [Fact]
    public void Other_optimizers_are_remarked_on()
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with { Model = TinyConvolution.Source, Optimizer = "adamw" });
        using ExampleStore store = run.OpenExamples();
        AttributionMatrix scores = new Source(new SourceOptions { Segments = 2 })
            .Score(new RunView(run), new(store, "train", 0, 30), new(store, "test", 0, 4), _context);
        Assert.Contains(
            "was trained with adamw; its updates are treated as gradient descent", Assert.Single(scores.Report.Remarks),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_without_history_or_checkpoints_are_refused()
    {
        using var small = new SmallRun("mlp");
        TessarException history = Assert.Throws<TessarException>(() =>
            new Source(new SourceOptions()).Score(small.View, small.Train, small.Test, _context));
        Assert.Contains("The run first has no history", history.Message, StringComparison.Ordinal);
        Run run = Train(0.05, 2);
        using ExampleStore store = run.OpenExamples();
        TessarException few = Assert.Throws<TessarException>(() =>
            new Source(new SourceOptions { Segments = 3 }).SelfInfluence(new RunView(run), run.TrainSet(store), _context));
        Assert.Equal(ErrorKind.Usage, few.Kind);
        Assert.Contains("segments is 3; the run run has 2 checkpoints", few.Message, StringComparison.Ordinal);
    }

    // Two checkpoints make two segments. Of eight, six are taken (the first, second, fourth, fifth, sixth, last), and never fewer
    // than segments asked for.
    [Fact]
    public void Segments_and_checkpoints_fit_the_run_by_themselves()
    {
        Run two = Train(0.05, 2);
        using (ExampleStore store = two.OpenExamples())
            Assert.Equal(
                Scores(two, store, new SourceOptions { Segments = 2, Checkpoints = 0 }), Scores(two, store, new SourceOptions()));
        Run eight = SmallRuns.Train(SmallRuns.Request(_folder, "eight") with { Model = TinyConvolution.Source, Epochs = 8 });
        using ExampleStore data = eight.OpenExamples();
        CheckpointView[] six = [.. new[] { 0, 1, 3, 4, 5, 7 }.Select(i => new CheckpointView(eight, eight.Checkpoints[i]))];
        var options = new SourceOptions { Segments = 3, Checkpoints = 0 };
        Assert.Equal(
            new Source(options).Score(new RunView(six), eight.TrainSet(data), new(data, "test", 0, 3), _context).Scores.ToArray(),
            Scores(eight, data, new SourceOptions()));
        Assert.Equal(
            Scores(eight, data, new SourceOptions { Segments = 8, Checkpoints = 0 }),
            Scores(eight, data, new SourceOptions { Segments = 8 }));

        static float[] Scores(Run run, ExampleStore store, SourceOptions options) =>
            new Source(options).Score(new RunView(run), run.TrainSet(store), new(store, "test", 0, 3), _context).Scores.ToArray();
    }

    // Segments of 2 and 3 of 5 checkpoints; each stands for its own updates.
    [Fact]
    public void Segments_divide_checkpoints_and_time()
    {
        Run run = Train(0.05, 5);
        using ExampleStore store = run.OpenExamples();
        (IReadOnlyList<WeightedCheckpoint> all, _) = WeightedCheckpoint.Of(new RunView(run), store, 0, byLearningRate: true);
        IReadOnlyList<TrainingSegment> segments = TrainingSegment.Divide(all, 2, 1);
        Assert.Equal([2, 3], segments.Select(segment => segment.Checkpoints.Count));
        Assert.Equal(all.Sum(c => c.Weight) * 10, segments.Sum(segment => segment.Time), 1e-9);
        Assert.Equal([1, 1, 1, 1, 1], TrainingSegment.Divide(all, 5, 1).Select(segment => segment.Checkpoints.Count));
    }

    private Run Train(double rate, int epochs, string name = "run", ulong seed = 1) =>
        SmallRuns.Train(SmallRuns.Request(_folder, name) with
        {
            Model = TinyConvolution.Source,
            Epochs = epochs,
            Optimizer = "sgd",
            LearningRate = rate,
            Seed = seed,
        });
}
