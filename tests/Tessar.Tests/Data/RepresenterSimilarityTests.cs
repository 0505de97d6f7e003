using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

public sealed class RepresenterSimilarityTests : IDisposable
{
    private static readonly MethodContext _context = new();
    private readonly SmallRun _small = new("logistic");

    public void Dispose() => _small.Dispose();

    public static TheoryData<FeatureSimilarity, RepresenterWeighting> Settings => new(
        from similarity in Enum.GetValues<FeatureSimilarity>()
        from weighting in Enum.GetValues<RepresenterWeighting>()
        select (similarity, weighting));

    // The logistic model's last layer sees the pixels themselves: everything can be computed by hand.
    [Theory]
    [MemberData(nameof(Settings))]
    public void Scores_are_weighted_similarities_of_the_features(FeatureSimilarity similarity, RepresenterWeighting weighting)
    {
        ExampleSet train = new(_small.Store, "train", 2, 30);
        var method = new RepresenterSimilarity(new RepresenterSimilarityOptions
        {
            Similarity = similarity,
            Weighting = weighting,
            BatchSize = 7
        });
        AttributionMatrix scores = method.Score(_small.View, train, _small.Test, _context);
        AttributionMatrix square = method.Score(_small.View, train, train, _context);
        float[] self = method.SelfInfluence(_small.View, train, _context);
        using DisposeScope scope = NewDisposeScope();
        double[][] left = Pixels(train), right = Pixels(_small.Test), p = Probabilities(train);
        for (int i = 0; i < train.Count; i++)
        {
            for (int j = 0; j < _small.Test.Count; j++)
            {
                double dot = Dot(left[i], right[j]);
                double expected = similarity switch
                {
                    FeatureSimilarity.Dot => dot,
                    FeatureSimilarity.Cosine => dot / Math.Sqrt(Dot(left[i], left[i]) * Dot(right[j], right[j])),
                    _ => 1 / (1 + Math.Sqrt(left[i].Zip(right[j], (a, b) => (a - b) * (a - b)).Sum())),
                };
                int label = _small.Test.Label(j);
                if (weighting == RepresenterWeighting.Representer)
                    expected *= (train.Label(i) == label ? 1 : 0) - p[i][label];
                Assert.Equal(expected, scores[i, j], 1e-5 * Math.Max(1, Math.Abs(expected)));
            }

            Assert.Equal(square[i, i], self[i], 1e-5 * Math.Max(1, Math.Abs(self[i])));
        }
    }

    // At a stationary point of loss + λ‖W‖², W_c = Σ_i α_ic h_i / (2λn): the scores of all examples add up to 2λn times the
    // logit.
    [Fact]
    public void Representer_points_add_up_to_the_logit_of_a_fitted_layer()
    {
        using DisposeScope scope = NewDisposeScope();
        ExampleSet train = new(_small.Store, "train", 0, 60);
        Tensor h = tensor(Pixels(train).SelectMany(row => row).ToArray()).reshape(60, -1);
        Tensor labels = Batches.Labels(train, [.. Enumerable.Range(0, 60)]);
        const double Lambda = 0.1;
        Tensor weight = zeros(3, h.shape[1], dtype: ScalarType.Float64);
        Tensor target = nn.functional.one_hot(labels, 3).to_type(ScalarType.Float64);
        for (int step = 0; step < 4000; step++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor gradient = (h.mm(weight.t()).softmax(1) - target).t().mm(h) / 60 + 2 * Lambda * weight;
            weight.sub_(gradient * 0.05);
        }

        Run run = Fitted(weight);
        AttributionMatrix scores = new RepresenterSimilarity(new RepresenterSimilarityOptions())
            .Score(new RunView(run), train, _small.Test, _context);
        double[][] right = Pixels(_small.Test);
        for (int j = 0; j < _small.Test.Count; j++)
        {
            double logit = weight[_small.Test.Label(j)].dot(tensor(right[j])).item<double>();
            double sum = Enumerable.Range(0, 60).Sum(i => (double)scores[i, j]) / (2 * Lambda * 60);
            Assert.Equal(logit, sum, 1e-3 * Math.Max(1, Math.Abs(logit)));
        }
    }

    [Fact]
    public void Model_without_linear_layer_is_refused()
    {
        using var small = new SmallRun(typeof(UserModels.WithUnknownLayer).Assembly.Location + "#"
            + typeof(UserModels.ConvolutionOnly).FullName);
        TessarException e = Assert.Throws<TessarException>(() =>
            new RepresenterSimilarity(new RepresenterSimilarityOptions()).SelfInfluence(small.View, small.Test, _context));
        Assert.Contains("looks at the last Linear layer", e.Message, StringComparison.Ordinal);
    }

    private Run Fitted(Tensor weight)
    {
        Run run = _small.Add("fitted", "logistic", seed: 3);
        string file = run.Checkpoints[0].File;
        using (nn.Module<Tensor, Tensor> model = run.LoadModel())
        {
            foreach ((string name, TorchSharp.Modules.Parameter value) in model.named_parameters())
            {
                using IDisposable noGradient = no_grad();
                if (value.dim() == 2)
                    value.copy_(weight);
                else
                    value.zero_();
            }

            File.Delete(file);
            Tessar.Tensors.StateDict.Save(model, file);
        }

        string sha = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)));
        RunJson.Write(
            Path.Combine(run.Directory, RunJson.FileName),
            run.Record with { Checkpoints = [run.Record.Checkpoints[0] with { Sha256 = sha }] });
        return Run.Open(run.Directory);
    }

    private double[][] Pixels(ExampleSet set)
    {
        using Tensor inputs = Batches.Inputs(set, [.. Enumerable.Range(0, set.Count)], _small.Run.Record.Program.Input);
        using Tensor flat = inputs.flatten(1).to_type(ScalarType.Float64);
        double[] all = flat.data<double>().ToArray();
        return [.. all.Chunk((int)flat.shape[1])];
    }

    private double[][] Probabilities(ExampleSet set)
    {
        using nn.Module<Tensor, Tensor> model = _small.Run.LoadModel();
        Tensor p = model.call(Batches.Inputs(set, [.. Enumerable.Range(0, set.Count)], _small.Run.Record.Program.Input))
            .to_type(ScalarType.Float64).softmax(1);
        return [.. p.data<double>().ToArray().Chunk(3)];
    }

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();
}
