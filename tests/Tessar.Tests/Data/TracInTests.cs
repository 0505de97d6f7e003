using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Tests.Runs;
using Tessar.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

public sealed class TracInTests : IDisposable
{
    private static readonly MethodContext _context = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The definition in fp64: one backward pass per example at every checkpoint, weighted by the logged learning rates.
    [Theory]
    [InlineData("mlp", TargetOutput.Margin)]
    [InlineData("mlp", TargetOutput.NegativeLoss)]
    [InlineData("cnn", TargetOutput.Margin)]
    public void Scores_are_the_sum_over_checkpoints_of_learning_rate_times_gradient_products(string model, TargetOutput output)
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with { Model = model, Epochs = 3 });
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = new(store, "train", 5, 30), test = new(store, "test", 0, 8);
        AttributionMatrix scores = new TracIn(new TracInOptions { Output = output, BatchSize = 16 })
            .Score(new RunView(run), train, test, _context);
        double[] rates = [.. run.ReadMetrics().Where(row => row.LearningRate is not null).Select(row => row.LearningRate!.Value)];
        Assert.Equal(21, rates.Length);
        using DisposeScope scope = NewDisposeScope();
        Tensor expected = zeros(train.Count, test.Count, dtype: ScalarType.Float64);
        for (int c = 0; c < 3; c++)
        {
            var view = new CheckpointView(run, run.Checkpoints[c]);
            Tensor product = output == TargetOutput.NegativeLoss
                ? Reference.Losses(view, train).mm(Reference.Losses(view, test).t())
                : -Reference.Losses(view, train).mm(Reference.Margins(view, test).Gradients.t());
            expected += product * rates[(7 * c)..(7 * c + 7)].Sum();
        }

        AssertClose(expected, scores);
        Assert.Equal(0, Assert.Single(scores.Report.Checks).Value, 1e-12);
        Assert.Empty(scores.Report.Remarks);
        Assert.Equal(3 * 30, scores.Report.ExamplesComputed);
    }

    // Plain gradient descent on all examples with a checkpoint at every step: Σ_i score/n is the change of the output, to first
    // order.
    [Fact]
    public void Scores_of_all_examples_add_up_to_the_change_of_the_output_over_the_training()
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with
        {
            Epochs = 20,
            BatchSize = 100,
            CheckpointEverySteps = 1,
            Optimizer = "sgd",
            LearningRate = 0.002,
            Schedule = "constant",
            WarmupSteps = 0,
            OptimizerSettings = SmallRun.Settings(("momentum", "0"), ("weightDecay", "0"))
                .ToDictionary(
                    s => s.Key, s => double.Parse(s.Value, System.Globalization.CultureInfo.InvariantCulture),
                    StringComparer.Ordinal),
        });
        Assert.Equal(20, run.Checkpoints.Count);
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store), test = new(store, "test", 0, 10);
        AttributionMatrix scores = new TracIn(new TracInOptions()).Score(new RunView(run), train, test, _context);
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> before = ModelSource.Parse("mlp")
            .Create(ModelInput.Of(store), 3, run.Record.Program.Seed!.Value), after = run.LoadModel();
        double[] change = [.. Margins(after, test, run).Zip(Margins(before, test, run), (a, b) => a - b)];
        for (int j = 0; j < test.Count; j++)
        {
            double sum = Enumerable.Range(0, train.Count).Sum(i => (double)scores[i, j]) / train.Count;
            Assert.Equal(change[j], sum, 0.05 * change.Max(Math.Abs));
        }
    }

    [Fact]
    public void One_checkpoint_of_equal_weight_on_the_loss_is_grad_dot()
    {
        Run run = SmallRuns.Train(_folder);
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = new(store, "train", 0, 20), test = new(store, "test", 0, 5);
        var options = new TracInOptions { Checkpoints = 1, Weights = TracInWeights.Equal, Output = TargetOutput.NegativeLoss };
        AttributionMatrix one = new TracIn(options).Score(new RunView(run), train, test, _context);
        AttributionMatrix plain = new GradDot(new GradDotOptions()).Score(new RunView(run), train, test, _context);
        Assert.Equal(plain.Scores.ToArray(), one.Scores.ToArray());
        Assert.Contains(one.Report.Remarks, remark => remark.StartsWith("Only one checkpoint", StringComparison.Ordinal));
    }

    // Five checkpoints, two used: the second and the fifth, each standing for everything since the one before it.
    [Fact]
    public void Fewer_checkpoints_are_evenly_spaced_and_stand_for_all_steps_between()
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with { Epochs = 5 });
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = new(store, "train", 0, 10), test = new(store, "test", 0, 3);
        AttributionMatrix two = new TracIn(new TracInOptions { Checkpoints = 2 }).Score(new RunView(run), train, test, _context);
        var named = new RunView([new CheckpointView(run, run.Checkpoints[1]), new CheckpointView(run, run.Checkpoints[4])]);
        Assert.Equal(new TracIn(new TracInOptions()).Score(named, train, test, _context).Scores.ToArray(), two.Scores.ToArray());
        double[] rates = [.. run.ReadMetrics().Where(row => row.LearningRate is not null).Select(row => row.LearningRate!.Value)];
        using DisposeScope scope = NewDisposeScope();
        Tensor expected = Term(1) * rates[..14].Sum() + Term(4) * rates[14..].Sum();
        AssertClose(expected, two);

        Tensor Term(int c)
        {
            var view = new CheckpointView(run, run.Checkpoints[c]);
            return -Reference.Losses(view, train).mm(Reference.Margins(view, test).Gradients.t());
        }
    }

    [Fact]
    public void Only_the_last_layer_counts_when_asked_for()
    {
        Run run = SmallRuns.Train(SmallRuns.Request(_folder) with { Epochs = 1 });
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = new(store, "train", 0, 20), test = new(store, "test", 0, 5);
        var options = new TracInOptions { Layers = TracInLayers.Last, Weights = TracInWeights.Equal };
        AttributionMatrix scores = new TracIn(options).Score(new RunView(run), train, test, _context);
        using DisposeScope scope = NewDisposeScope();
        var view = new CheckpointView(run, run.Checkpoints[0]);
        // fc3 is last in the flat gradient: 64·3 weights and 3 biases.
        Tensor left = Reference.Losses(view, train), right = Reference.Margins(view, test).Gradients;
        long first = left.shape[1] - 195;
        AssertClose(-left.narrow(1, first, 195).mm(right.narrow(1, first, 195).t()), scores);
        Assert.Equal(195, scores.Report.Parameters);
        Assert.Equal(["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"], scores.Report.SkippedParameters);
    }

    [Fact]
    public void Several_runs_are_averaged_and_self_influence_is_the_diagonal()
    {
        Run one = SmallRuns.Train(_folder, "one"), two = SmallRuns.Train(SmallRuns.Request(_folder, "two") with { Seed = 2 });
        using ExampleStore store = one.OpenExamples();
        ExampleSet train = new(store, "train", 0, 15);
        var method = new TracIn(new TracInOptions());
        AttributionMatrix both = method.Score(new RunView(one, two), train, train, _context);
        float[] first = method.Score(new RunView(one), train, train, _context).Scores.ToArray();
        float[] second = method.Score(new RunView(two), train, train, _context).Scores.ToArray();
        float scale = first.Max(Math.Abs);
        for (int k = 0; k < first.Length; k++)
            Assert.Equal((first[k] + second[k]) / 2, both.Scores.Span[k], 1e-5 * scale);
        float[] self = method.SelfInfluence(new RunView(one, two), train, _context);
        for (int i = 0; i < self.Length; i++)
            Assert.Equal(both[i, i], self[i], 1e-5 * scale);
    }

    [Fact]
    public void Run_without_history_is_refused_saying_how_to_train()
    {
        using var small = new SmallRun("mlp");
        foreach (TracInWeights weights in Enum.GetValues<TracInWeights>())
        {
            TessarException e = Assert.Throws<TessarException>(() =>
                new TracIn(new TracInOptions { Weights = weights }).Score(small.View, small.Train, small.Test, _context));
            Assert.Equal(ErrorKind.Usage, e.Kind);
            Assert.Contains("The run first has no history", e.Message, StringComparison.Ordinal);
            Assert.Contains(new Remedy(RemedyKind.Train, "mlp", "small"), e.Remedies);
        }
    }

    [Fact]
    public void More_checkpoints_than_there_are_are_refused()
    {
        Run run = SmallRuns.Train(_folder);
        using ExampleStore store = run.OpenExamples();
        TessarException e = Assert.Throws<TessarException>(() =>
            new TracIn(new TracInOptions { Checkpoints = 3 }).SelfInfluence(new RunView(run), run.TrainSet(store), _context));
        Assert.Contains("checkpoints is 3; the run run has 2", e.Message, StringComparison.Ordinal);
    }

    private static double[] Margins(nn.Module<Tensor, Tensor> model, ExampleSet set, Run run)
    {
        model.eval();
        using IDisposable noGradient = no_grad();
        int[] all = [.. Enumerable.Range(0, set.Count)];
        Tensor logits = model.call(Batches.Inputs(set, all, run.Record.Program.Input)).to_type(ScalarType.Float64);
        return new ClassificationMargin().Value(logits, Batches.Labels(set, all)).data<double>().ToArray();
    }

    private static void AssertClose(Tensor expected, AttributionMatrix scores)
    {
        double[] numbers = expected.data<double>().ToArray();
        double scale = numbers.Max(Math.Abs);
        Assert.True(scale > 0);
        for (int k = 0; k < numbers.Length; k++)
            Assert.Equal(numbers[k], scores.Scores.Span[k], 2e-5 * scale);
    }
}
