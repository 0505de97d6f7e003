using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Kronecker;
using Tessar.Methods;
using Tessar.Operators.Kronecker;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Tests.Data.UserModels;
using Tessar.Tests.Operators.Kronecker;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

public sealed class EkfacTests : IDisposable
{
    private static readonly MethodContext _context = new();
    private readonly SmallRun _small = new(TinyConvolution.Source);

    public void Dispose() => _small.Dispose();

    // By the definition, in fp64: factors of the same weights, dense inverses, one backward pass per example.
    [Theory]
    [InlineData(Factorization.Ekfac, TargetOutput.Margin, 0.1)]
    [InlineData(Factorization.Ekfac, TargetOutput.NegativeLoss, 1)]
    [InlineData(Factorization.Kfac, TargetOutput.Margin, 0.1)]
    public void Scores_are_the_influence_by_dense_matrices(Factorization factorization, TargetOutput output, double damping)
    {
        using DisposeScope scope = NewDisposeScope();
        CheckpointView view = _small.View.Checkpoints[0];
        using nn.Module<Tensor, Tensor> model = view.LoadModel().to(ScalarType.Float64);
        int[] all = [.. Enumerable.Range(0, SmallRun.TrainCount)];
        using var source = new FixedSource(
            model, Batches.Inputs(_small.Train, all, view.Input).to_type(ScalarType.Float64), 3,
            Batches.Labels(_small.Train, all));
        using KroneckerCurvature curvature = TinyModels.Fit(source, factorization == Factorization.Kfac);
        Tensor losses = Reference.Losses(view, _small.Train), targets = output == TargetOutput.Margin
            ? Reference.Margins(view, _small.Test).Gradients
            : -Reference.Losses(view, _small.Test);
        Tensor expected = zeros(SmallRun.TrainCount, SmallRun.TestCount, dtype: ScalarType.Float64);
        for (int b = 0; b < 3; b++)
        {
            Tensor h = TinyModels.Dense(curvature, b), damped = h
                + damping * h.diagonal().mean() * eye(h.shape[0], dtype: ScalarType.Float64);
            expected -= TinyModels.Rows(source, b, losses)
                .mm(linalg.solve(damped, TinyModels.Rows(source, b, targets).t())) / SmallRun.TrainCount;
        }

        AttributionMatrix scores = Score(new EkfacOptions
        {
            Factorization = factorization,
            Output = output,
            Damping = damping,
            Labels = CurvatureLabels.True
        });
        double[] wanted = expected.data<double>().ToArray();
        double scale = wanted.Max(Math.Abs);
        for (int k = 0; k < wanted.Length; k++)
            Assert.Equal(wanted[k], scores.Scores.Span[k], 1e-4 * scale);
        Assert.Equal(3, scores.Report.Damping.Count);
        Assert.All(scores.Report.Checks, check => Assert.True(check.Holds, check.Name));
        Assert.Empty(scores.Report.Remarks);
    }

    [Theory]
    [InlineData(Factorization.Ekfac)]
    [InlineData(Factorization.Kfac)]
    public void Self_influence_is_the_diagonal_and_batches_do_not_matter(Factorization factorization)
    {
        var options = new EkfacOptions { Factorization = factorization };
        AttributionMatrix pairs = new Ekfac(options).Score(_small.View, _small.Train, _small.Train, _context);
        float[] self = new Ekfac(options).SelfInfluence(_small.View, _small.Train, _context);
        float scale = self.Max(Math.Abs);
        for (int i = 0; i < self.Length; i++)
            Assert.Equal(pairs[i, i], self[i], 1e-5 * scale);
        AttributionMatrix other = new Ekfac(options with { BatchSize = 7 })
            .Score(_small.View, _small.Train, _small.Train, _context);
        float largest = pairs.Scores.ToArray().Max(Math.Abs);
        Assert.All(
            pairs.Scores.ToArray().Zip(other.Scores.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * largest));
    }

    private ExplainedCheckpoint Explained() =>
        new(
            _small.View.Checkpoints[0], _small.Train, new ClassificationMargin(),
            Tessar.Autograd.UnsupportedParameters.Throw);

    private KroneckerCurvature Fit(ExplainedCheckpoint checkpoint) =>
        new CurvatureSettings(false, CurvatureLabels.Sampled, 0, 1000, 16, Tessar.Autograd.UnsupportedParameters.Throw)
            .Fit(checkpoint.Blocks.Shapes, _small.View.Checkpoints, _small.Train, "ekfac", 1, _context);

    // With one curvature, scores of a part of the train set are rows, and those of few targets are columns.
    [Fact]
    public void Parts_of_the_sets_are_slices()
    {
        using DisposeScope scope = NewDisposeScope();
        using ExplainedCheckpoint checkpoint = Explained();
        using KroneckerCurvature curvature = Fit(checkpoint);
        (Tensor[] inverses, _) = curvature.Inverses(0.1);
        Tensor whole = Scores(_small.Train, 0, SmallRun.TestCount), part = Scores(
            new ExampleSet(_small.Store, "train", 20, 50), 3, 4);
        Assert.InRange(
            (whole.narrow(0, 20, 50).narrow(1, 3, 4) - part).abs().max().item<double>(), 0,
            1e-5 * whole.abs().max().item<double>());

        Tensor Scores(ExampleSet train, int first, int count)
        {
            using TargetGradients rows = TargetGradients.Of(
                checkpoint.Model, checkpoint.Blocks, _small.Test, first, count, 5, _context);
            rows.Apply(curvature, inverses, 5, _context);
            Tensor scores = zeros(train.Count, count, dtype: ScalarType.Float64);
            checkpoint.AddScores(train, rows.Rows, 1, scores, 16, _context, _ => { });
            return scores;
        }
    }

    // One query that is the sum of several.
    [Fact]
    public void Scores_of_summed_gradients_are_the_sum_of_the_scores()
    {
        using DisposeScope scope = NewDisposeScope();
        using ExplainedCheckpoint checkpoint = Explained();
        using KroneckerCurvature curvature = Fit(checkpoint);
        (Tensor[] inverses, _) = curvature.Inverses(0.1);
        using TargetGradients rows = TargetGradients.Of(
            checkpoint.Model, checkpoint.Blocks, _small.Test, 0, SmallRun.TestCount, 5, _context);
        Tensor[] summed = [.. rows.Rows.Select(row => row.sum([0], keepdim: true))];
        rows.Apply(curvature, inverses, 5, _context);
        Tensor each = zeros(SmallRun.TrainCount, SmallRun.TestCount, dtype: ScalarType.Float64), together = zeros(
            SmallRun.TrainCount, 1, dtype: ScalarType.Float64);
        checkpoint.AddScores(_small.Train, rows.Rows, 1, each, 16, _context, _ => { });
        Tensor[] solved = [.. summed.Select((row, b) => curvature.Apply(b, row, inverses[b]))];
        checkpoint.AddScores(_small.Train, solved, 1, together, 16, _context, _ => { });
        Tensor expected = each.sum([1], keepdim: true);
        Assert.InRange((together - expected).abs().max().item<double>(), 0, 1e-5 * expected.abs().max().item<double>());
    }

    // Few targets at a time, because the budget says so.
    [Fact]
    public void Small_budgets_change_nothing_but_the_time()
    {
        var options = new EkfacOptions();
        float[] plain = Score(options).Scores.ToArray();
        float[] tight = new Ekfac(options)
            .Score(_small.View, _small.Train, _small.Test, new MethodContext { MemoryBudget = 160_000 }).Scores.ToArray();
        float scale = plain.Max(Math.Abs);
        Assert.All(plain.Zip(tight), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * scale));
        TessarException e = Assert.Throws<TessarException>(() =>
            new Ekfac(options).Score(_small.View, _small.Train, _small.Test, new MethodContext { MemoryBudget = 25_000 }));
        Assert.Equal(ErrorKind.Environment, e.Kind);
        Assert.Contains("The factors of 3 layers need", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Seeds_change_the_drawn_labels_and_several_runs_are_averaged()
    {
        Run second = _small.Add("second", TinyConvolution.Source, seed: 7);
        var options = new EkfacOptions();
        float[] one = Score(options).Scores.ToArray();
        Assert.NotEqual(one, Score(options with { Seed = 1 }).Scores.ToArray());
        Assert.NotEqual(
            one,
            new Ekfac(options).Score(_small.View, _small.Train, _small.Test, new MethodContext { Seed = 1 }).Scores.ToArray());
        Assert.NotEqual(one, Score(options with { CurvatureExamples = 60 }).Scores.ToArray());
        float[] two = new Ekfac(options).Score(new RunView(second), _small.Train, _small.Test, _context).Scores.ToArray();
        float[] both = new Ekfac(options)
            .Score(new RunView(_small.Run, second), _small.Train, _small.Test, _context).Scores.ToArray();
        float scale = one.Max(Math.Abs);
        for (int k = 0; k < one.Length; k++)
            Assert.Equal((one[k] + two[k]) / 2, both[k], 1e-5 * scale);
    }

    // Zoo models, norms and unknown layers: everything has a share.
    [Theory]
    [InlineData("cnn", 0)]
    [InlineData("logistic", 0)]
    [InlineData(nameof(WithUnknownLayer), 2)]
    public void Models_are_scored(string name, int remarks)
    {
        using var small = new SmallRun(name == nameof(WithUnknownLayer)
            ? typeof(WithUnknownLayer).Assembly.Location + "#" + typeof(WithUnknownLayer).FullName
            : name);
        ExampleSet train = new(small.Store, "train", 0, 40);
        AttributionMatrix scores = new Ekfac(new EkfacOptions()).Score(small.View, train, small.Test, _context);
        using nn.Module<Tensor, Tensor> model = small.Run.LoadModel();
        Assert.Equal(model.parameters().Sum(p => p.numel()), scores.Report.Parameters);
        Assert.Contains(scores.Scores.ToArray(), score => score != 0);
        Assert.Equal(remarks, scores.Report.Remarks.Count);
        if (remarks > 0)
            Assert.Contains(
                scores.Report.Remarks,
                remark => remark.StartsWith("The curvature of slope.weight is taken as diagonal", StringComparison.Ordinal));
    }

    [Fact]
    public void Dead_layers_add_nothing_and_are_named()
    {
        using var small = new SmallRun(typeof(WithoutGradient).Assembly.Location + "#" + typeof(WithoutGradient).FullName);
        AttributionMatrix scores = new Ekfac(new EkfacOptions()).Score(small.View, small.Train, small.Test, _context);
        Assert.All(scores.Scores.ToArray(), score => Assert.Equal(0, score));
        Assert.Contains(
            "No train example has a gradient in last.weight, last.bias", Assert.Single(scores.Report.Remarks),
            StringComparison.Ordinal);
    }

    private AttributionMatrix Score(EkfacOptions options) =>
        new Ekfac(options).Score(_small.View, _small.Train, _small.Test, _context);
}
