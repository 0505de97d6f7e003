using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Lenses.Data;
using Tessar.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

public sealed class TemplateMethodTests : IDisposable
{
    private static readonly MethodContext _context = new();
    private readonly SmallRun _small = new("logistic");

    public void Dispose() => _small.Dispose();

    // The last layer of the logistic model sees the pixels themselves: everything can be computed by hand.
    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(50.0)]
    public void Scores_are_kernels_of_the_features_times_what_is_missing_to_certainty(double bandwidth)
    {
        ExampleSet train = new(_small.Store, "train", 2, 30);
        var method = new TemplateMethod(new TemplateMethodOptions { Bandwidth = bandwidth, BatchSize = 7 });
        AttributionMatrix scores = method.Score(_small.View, train, _small.Test, _context);
        float[] self = method.SelfInfluence(_small.View, train, _context);
        double[][] left = Directions(train), right = Directions(_small.Test), p = Probabilities(train);
        for (int i = 0; i < train.Count; i++)
        {
            for (int j = 0; j < _small.Test.Count; j++)
            {
                double distance = left[i].Zip(right[j], (a, b) => (a - b) * (a - b)).Sum();
                int label = _small.Test.Label(j);
                double missing = (train.Label(i) == label ? 1 : 0) - p[i][label];
                Assert.Equal(Math.Exp(-distance / (2 * bandwidth * bandwidth)) * missing, scores[i, j], 1e-5);
            }

            Assert.Equal(1 - p[i][train.Label(i)], self[i], 1e-5);
        }
    }

    // A kernel so wide that all examples are alike leaves what is missing, whose sum over the examples of a class and all
    // others can be told from the probabilities alone.
    [Fact]
    public void Self_check_is_the_share_of_targets_that_all_examples_together_would_lower()
    {
        AttributionMatrix scores = new TemplateMethod(new TemplateMethodOptions { Bandwidth = 100 })
            .Score(_small.View, _small.Train, _small.Test, _context);
        double[][] p = Probabilities(_small.Train);
        double lowered = Enumerable.Range(0, _small.Test.Count).Average(j =>
        {
            int label = _small.Test.Label(j);
            return Enumerable.Range(0, p.Length).Sum(i => (_small.Train.Label(i) == label ? 1 : 0) - p[i][label]) < 0 ? 1.0 : 0;
        });
        Assert.Equal(lowered, Assert.Single(scores.Report.Checks).Value, 1e-12);
    }

    [Fact]
    public void Value_out_of_range_is_refused() =>
        Assert.Contains(
            "Bandwidth is 0; allowed: 0.05 to 100",
            Assert.Throws<ArgumentException>(() => new TemplateMethod(new TemplateMethodOptions { Bandwidth = 0 })).Message,
            StringComparison.Ordinal);

    private double[][] Directions(ExampleSet set)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pixels = Inputs(set).flatten(1).to_type(ScalarType.Float64);
        return [.. pixels.data<double>().ToArray().Chunk((int)pixels.shape[1]).Select(Unit)];
    }

    private double[][] Probabilities(ExampleSet set)
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = _small.Run.LoadModel();
        Tensor p = model.call(Inputs(set)).to_type(ScalarType.Float64).softmax(1);
        return [.. p.data<double>().ToArray().Chunk((int)p.shape[1])];
    }

    private Tensor Inputs(ExampleSet set) =>
        Batches.Inputs(set, [.. Enumerable.Range(0, set.Count)], _small.Run.Record.Program.Input);

    private static double[] Unit(double[] row)
    {
        double length = Math.Sqrt(row.Sum(x => x * x));
        return [.. row.Select(x => x / length)];
    }
}
