using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Layers;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Tests.Data.UserModels;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

public sealed class LoGraTests : IDisposable
{
    private static readonly MethodContext _context = new();
    private readonly SmallRun _small = new(TinyConvolution.Source);

    public void Dispose() => _small.Dispose();

    // With a rank above every side nothing is projected: the score is the layer-wise Newton step, by dense inverses in fp64.
    // 150 examples are more than a layer's entries or fewer: both kernels.
    [Theory]
    [InlineData(TargetOutput.Margin, 0.1, 150)]
    [InlineData(TargetOutput.NegativeLoss, 0.1, 150)]
    [InlineData(TargetOutput.Margin, 3, 150)]
    [InlineData(TargetOutput.Margin, 0.1, 25)]
    public void Scores_without_projection_are_the_layerwise_influence(TargetOutput output, double damping, int count)
    {
        ExampleSet train = new(_small.Store, "train", 0, count);
        (double[,] expected, double[] self, double[] q) = LayerwiseReference.Influence(
            _small.View.Checkpoints[0], train, _small.Test, damping, output);
        foreach (LoGraMode mode in Enum.GetValues<LoGraMode>())
        {
            AttributionMatrix scores = new LoGra(new LoGraOptions { Rank = 64, Damping = damping, Output = output, Mode = mode })
                .Score(_small.View, train, _small.Test, _context);
            double Wanted(int i, int j) => mode switch
            {
                LoGraMode.Dot => expected[i, j],
                LoGraMode.Cosine => expected[i, j] / Math.Sqrt(self[i]),
                _ => expected[i, j] - self[i] / 2,
            };
            AssertClose(Wanted, scores, 1e-4);
            float[] own = new LoGra(new LoGraOptions { Rank = 64, Damping = damping, Output = output, Mode = mode })
                .SelfInfluence(_small.View, train, _context);
            for (int i = 0; i < count; i++)
            {
                double plain = self[i] / q[i];
                Assert.Equal(
                    mode switch
                    {
                        LoGraMode.Dot => plain,
                        LoGraMode.Cosine => Math.Sqrt(self[i]) / q[i],
                        _ => plain - self[i] / 2
                    }, own[i], 1e-4 * own.Max(Math.Abs));
            }

            Assert.Equal(1, Assert.Single(scores.Report.Checks).Value, 1e-5);
            Assert.Equal(3, scores.Report.Damping.Count);
        }
    }

    // Eigenvectors of both sides: projecting on all of them but none changes nothing, on fewer keeps the most.
    [Fact]
    public void Principal_basis_is_orthonormal_and_keeps_the_largest_variances()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new GradientModel(
            _small.View.Checkpoints[0].Open(), _small.Train, new ClassificationMargin(),
            Tessar.Autograd.UnsupportedParameters.Throw);
        (Tessar.Autograd.CapturedBatch batch, Tensor q) = model.Run(_small.Train, [.. Enumerable.Range(0, SmallRun.TrainCount)]);
        IReadOnlyList<FactoredLayer> layers = FactoredLayer.Of(model.Gradients, batch).Layers;
        (Tensor? Inputs, Tensor? Outputs)[] sides = SideBasis.Principal(model, layers, 2, _small.Train, 32, _context);
        for (int l = 0; l < layers.Count; l++)
        {
            (Tensor a, Tensor delta) = layers[l].Factors(batch);
            AssertLeading(a, sides[l].Inputs!);
            AssertLeading(delta * q.reshape(-1, 1, 1), sides[l].Outputs!);
            sides[l].Inputs!.Dispose();
            sides[l].Outputs!.Dispose();
        }

        AttributionMatrix principal = Score(new LoGraOptions { Rank = 2, Basis = LoGraBasis.Pca });
        Assert.InRange(principal.Report.Checks.Single().Value, 0.05, 1.0001);
        Assert.Equal("pca", principal.Report.Projection);

        static void AssertLeading(Tensor positions, Tensor basis)
        {
            Tensor rows = positions.reshape(-1, positions.shape[2])
                .to_type(ScalarType.Float64), p = basis.to_type(ScalarType.Float64);
            Assert.InRange((p.mm(p.t()) - eye(2, dtype: ScalarType.Float64)).abs().max().item<double>(), 0, 1e-5);
            double kept = rows.mm(p.t()).square().sum().item<double>(), best = linalg.svdvals(rows).narrow(0, 0, 2).square().sum()
                .item<double>();
            Assert.Equal(best, kept, 1e-4 * best);
        }
    }

    // One checkpoint's projection differs from another's and from another seed's; the same call gives the same bits.
    [Fact]
    public void Seeds_change_the_projection_and_several_runs_are_averaged()
    {
        Run second = _small.Add("second", TinyConvolution.Source, seed: 7);
        var options = new LoGraOptions { Rank = 3 };
        float[] one = Score(options).Scores.ToArray();
        Assert.Equal(one, Score(options).Scores.ToArray());
        Assert.NotEqual(one, Score(options with { Seed = 1 }).Scores.ToArray());
        Assert.NotEqual(
            one,
            new LoGra(options).Score(_small.View, _small.Train, _small.Test, new MethodContext { Seed = 1 }).Scores.ToArray());
        float[] two = new LoGra(options).Score(new RunView(second), _small.Train, _small.Test, _context).Scores.ToArray();
        float[] both = new LoGra(options)
            .Score(new RunView(_small.Run, second), _small.Train, _small.Test, _context).Scores.ToArray();
        float scale = one.Max(Math.Abs);
        for (int k = 0; k < one.Length; k++)
            Assert.Equal((one[k] + two[k]) / 2, both[k], 1e-5 * scale);
    }

    [Fact]
    public void Batch_size_does_not_matter()
    {
        foreach (LoGraBasis basis in Enum.GetValues<LoGraBasis>())
        {
            float[] one = Score(new LoGraOptions { Rank = 3, Basis = basis, BatchSize = 150 }).Scores.ToArray();
            float[] two = Score(new LoGraOptions { Rank = 3, Basis = basis, BatchSize = 7 }).Scores.ToArray();
            float scale = one.Max(Math.Abs);
            Assert.All(one.Zip(two), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * scale));
        }
    }

    // Layer norms and other parameters without two sides are in it too.
    [Theory]
    [InlineData("cnn")]
    [InlineData("logistic")]
    public void Zoo_models_are_scored(string name)
    {
        using var small = new SmallRun(name);
        ExampleSet train = new(small.Store, "train", 0, 40);
        AttributionMatrix scores = new LoGra(new LoGraOptions { Rank = 8 }).Score(small.View, train, small.Test, _context);
        using nn.Module<Tensor, Tensor> model = small.Run.LoadModel();
        Assert.Equal(model.parameters().Sum(p => p.numel()), scores.Report.Parameters);
        Assert.Contains(scores.Scores.ToArray(), score => score != 0);
    }

    [Fact]
    public void Dead_layers_add_nothing_and_are_named()
    {
        using var small = new SmallRun(typeof(WithoutGradient).Assembly.Location + "#" + typeof(WithoutGradient).FullName);
        AttributionMatrix scores = new LoGra(new LoGraOptions()).Score(small.View, small.Train, small.Test, _context);
        Assert.All(scores.Scores.ToArray(), score => Assert.Equal(0, score));
        Assert.Contains(
            "No train example has a gradient in last.weight, last.bias", Assert.Single(scores.Report.Remarks),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Native_memory_balances()
    {
        // Each of the three calls builds the model once: 6 parameters.
        TensorBalance.HoldsButFor(18, () =>
        {
            Score(new LoGraOptions { Rank = 3 });
            Score(new LoGraOptions { Rank = 3, Basis = LoGraBasis.Pca, Mode = LoGraMode.L2 });
            new LoGra(new LoGraOptions { Rank = 3 }).SelfInfluence(_small.View, _small.Test, _context);
        });
    }

    private AttributionMatrix Score(LoGraOptions options) =>
        new LoGra(options).Score(_small.View, _small.Train, _small.Test, _context);

    private static void AssertClose(Func<int, int, double> expected, AttributionMatrix scores, double tolerance)
    {
        float scale = scores.Scores.ToArray().Max(Math.Abs);
        Assert.True(scale > 0);
        for (int i = 0; i < scores.TrainCount; i++)
        {
            for (int j = 0; j < scores.TargetCount; j++)
                Assert.Equal(expected(i, j), scores[i, j], tolerance * scale);
        }
    }
}
