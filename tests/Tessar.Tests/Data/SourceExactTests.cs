using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Kronecker;
using Tessar.Lenses.Data.Trajectory;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Tests.Data.UserModels;
using Tessar.Tests.Runs;
using Tessar.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

/// <summary>data/source with whole curvatures in place of Kronecker factors.</summary>
public sealed class SourceExactTests : IDisposable
{
    private static readonly MethodContext _context = new();
    private static readonly SourceOptions _exact = new() { Curvature = SourceCurvature.Exact };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The formula in fp64 on p×p matrices, one segment for each of four checkpoints.
    [Theory]
    [InlineData(TargetOutput.Margin)]
    [InlineData(TargetOutput.NegativeLoss)]
    public void Scores_are_those_of_whole_curvature_matrices(TargetOutput output)
    {
        Run run = Train(0.05, 4);
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store), test = new(store, "test", 0, 9);
        AttributionMatrix scores = new Source(_exact with { Output = output }).Score(new RunView(run), train, test, _context);
        using DisposeScope scope = NewDisposeScope();
        CheckpointView[] views = [.. run.Checkpoints.Select(c => new CheckpointView(run, c))];
        double[] rates = [.. run.ReadMetrics().Where(row => row.LearningRate is not null).Select(row => row.LearningRate!.Value)];
        int n = train.Count, updates = rates.Length / 4;
        Tensor v = output == TargetOutput.Margin
            ? Reference.Margins(views[3], test).Gradients
            : Reference.Losses(views[3], test).neg();
        Tensor expected = zeros(n, 9, dtype: ScalarType.Float64);
        for (int l = 3; l >= 0; l--)
        {
            double time = rates[(l * updates)..((l + 1) * updates)].Sum() * 10;
            (Tensor phi, Tensor q) = Reference.Margins(views[l], train);
            (Tensor sigma, Tensor basis) = linalg.eigh(phi.t().mm(phi * (q * (1 - q)).unsqueeze(1)) / n);
            Tensor decay = (sigma * -time).exp(), gain = where(
                (sigma * time).abs().gt(1e-6), (1 - decay) / sigma, full_like(sigma, time));
            expected += (phi * q.unsqueeze(1)).mm(basis).mm((v.mm(basis) * gain).t()) / n;
            v = (v.mm(basis) * decay).mm(basis.t());
        }

        double[] wanted = expected.data<double>().ToArray();
        double scale = wanted.Max(Math.Abs);
        for (int k = 0; k < wanted.Length; k++)
            Assert.Equal(wanted[k], scores.Scores.Span[k], 1e-4 * scale);
        Assert.Empty(scores.Report.Remarks);
    }

    // With steps that move nothing curvature doesn't matter: TracIn over n, times 1/(1 − 0.9).
    [Fact]
    public void Short_trainings_give_tracin()
    {
        Run run = Train(1e-7, 3);
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = new(store, "train", 0, 50), test = new(store, "test", 0, 8);
        float[] source = new Source(_exact).Score(new RunView(run), train, test, _context).Scores.ToArray();
        float[] tracIn = new TracIn(new TracInOptions()).Score(new RunView(run), train, test, _context).Scores.ToArray();
        float scale = source.Max(Math.Abs);
        Assert.True(scale > 0);
        for (int k = 0; k < source.Length; k++)
            Assert.Equal(tracIn[k] * 10 / 50, source[k], 1e-4 * scale);
    }

    [Fact]
    public void Self_influence_is_the_diagonal_parts_do_not_matter_and_runs_are_averaged()
    {
        Run one = Train(0.05, 3, "one"), two = Train(0.05, 3, "two", seed: 9);
        using ExampleStore store = one.OpenExamples();
        ExampleSet train = one.TrainSet(store);
        AttributionMatrix both = new Source(_exact).Score(new RunView(one, two), train, train, _context);
        float[] first = new Source(_exact).Score(new RunView(one), train, train, _context).Scores.ToArray();
        float[] second = new Source(_exact).Score(new RunView(two), train, train, _context).Scores.ToArray();
        float[] batches = new Source(_exact with { BatchSize = 7 })
            .Score(new RunView(one), train, train, _context).Scores.ToArray();
        float scale = first.Max(Math.Abs);
        for (int k = 0; k < first.Length; k++)
        {
            Assert.Equal((first[k] + second[k]) / 2, both.Scores.Span[k], 1e-5 * scale);
            Assert.Equal(first[k], batches[k], 1e-5 * scale);
        }

        float[] self = new Source(_exact).SelfInfluence(new RunView(one, two), train, _context);
        for (int i = 0; i < self.Length; i++)
            Assert.Equal(both[i, i], self[i], 1e-5 * scale);
    }

    [Fact]
    public void Segments_say_how_many_checkpoints_are_taken_and_memory_is_asked_for_first()
    {
        Run run = Train(0.05, 4);
        using ExampleStore store = run.OpenExamples();
        ExampleSet train = run.TrainSet(store), test = new(store, "test", 0, 3);
        RunView two = new([.. new[] { 1, 3 }.Select(c => new CheckpointView(run, run.Checkpoints[c]))]);
        Assert.Equal(
            new Source(_exact).Score(two, train, test, _context).Scores.ToArray(),
            new Source(_exact with { Segments = 2 }).Score(new RunView(run), train, test, _context).Scores.ToArray());
        TessarException memory = Assert.Throws<TessarException>(() =>
            new Source(_exact).Score(new RunView(run), train, test, new MethodContext { MemoryBudget = 200_000 }));
        Assert.Equal(ErrorKind.Environment, memory.Kind);
        Assert.Contains("the memory budget is 200,000", memory.Message, StringComparison.Ordinal);
    }

    // (Gain − τ)/Λ where both sides of the series' end meet, against numbers of more digits than fp64 has.
    [Fact]
    public void The_slope_of_the_gain_is_right_at_zero_and_at_the_end_of_its_series()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor eigenvalues = tensor(new[] { 0.0, 1e-9, 0.004999, 0.005001, 0.5, 50 });
        double[] slopes = TrainingSegment.GainSlope(eigenvalues, 2).data<double>().ToArray();
        double[] expected = [.. new[] { 0.0, 2e-9, 0.009998, 0.010002, 1, 100 }.Select(x => 4 * Slope(x))];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], slopes[i], 1e-11);

        // Σ_k (−x)^k/(k + 2)! times −1, which is ((1 − exp(−x))/x − 1)/x.
        static double Slope(double x)
        {
            if (x > 30)
                return ((1 - Math.Exp(-x)) / x - 1) / x;
            double term = -0.5, sum = 0;
            for (int k = 0; k < 200; k++)
            {
                sum += term;
                term *= -x / (k + 3);
            }

            return sum;
        }
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
