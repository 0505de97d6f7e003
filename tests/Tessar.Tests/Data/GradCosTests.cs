using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

public sealed class GradCosTests
{
    private static readonly MethodContext _context = new();

    [Theory]
    [InlineData("logistic")]
    [InlineData("mlp")]
    [InlineData("cnn")]
    public void Scores_are_cosines_of_loss_gradients(string model)
    {
        using var small = new SmallRun(model);
        ExampleSet train = new(small.Store, "train", 3, 40);
        AttributionMatrix scores = new GradCos(new GradCosOptions { BatchSize = 16 })
            .Score(small.View, train, small.Test, _context);
        using DisposeScope scope = NewDisposeScope();
        Tensor left = Reference.Losses(small.View.Checkpoints[0], train), right = Reference.Losses(
            small.View.Checkpoints[0], small.Test);
        double[] expected = (left / left.norm(1, true)).mm((right / right.norm(1, true)).t()).data<double>().ToArray();
        for (int k = 0; k < expected.Length; k++)
            Assert.Equal(expected[k], scores.Scores.Span[k], 2e-5);
        Assert.Empty(scores.Report.Remarks);
        Assert.All(scores.Scores.ToArray(), score => Assert.InRange(score, -1f, 1f));
    }

    [Fact]
    public void Every_example_is_itself()
    {
        using var small = new SmallRun("mlp");
        var method = new GradCos(new GradCosOptions());
        Assert.All(method.SelfInfluence(small.View, small.Test, _context), self => Assert.Equal(1, self));
        AttributionMatrix scores = method.Score(small.View, small.Test, small.Test, _context);
        for (int i = 0; i < small.Test.Count; i++)
            Assert.Equal(1, scores[i, i], 1e-5);
    }

    [Fact]
    public void Several_runs_are_averaged()
    {
        using var small = new SmallRun("logistic");
        Tessar.Runs.Run second = small.Add("second", "logistic", seed: 9);
        ExampleSet train = new(small.Store, "train", 0, 10);
        var method = new GradCos(new GradCosOptions());
        float[] one = method.Score(small.View, train, small.Test, _context).Scores.ToArray(), two = method.Score(
            new RunView(second), train, small.Test, _context).Scores.ToArray();
        float[] both = method.Score(new RunView(small.Run, second), train, small.Test, _context).Scores.ToArray();
        for (int k = 0; k < both.Length; k++)
            Assert.Equal((one[k] + two[k]) / 2, both[k], 1e-6);
    }

    // Logits that don't depend on anything trained have no gradient: every score is 0, and the report says how often.
    [Fact]
    public void Zero_gradients_score_zero_and_are_counted()
    {
        using var small = new SmallRun(typeof(UserModels.WithoutGradient).Assembly.Location + "#"
            + typeof(UserModels.WithoutGradient).FullName);
        ExampleSet train = new(small.Store, "train", 0, 10);
        List<string> warnings = [];
        AttributionMatrix scores = new GradCos(new GradCosOptions())
            .Score(small.View, train, small.Test, new MethodContext { Warn = warnings.Add });
        Assert.All(scores.Scores.ToArray(), score => Assert.Equal(0, score));
        Assert.StartsWith("22 gradients", Assert.Single(scores.Report.Remarks), StringComparison.Ordinal);
        Assert.Equal(scores.Report.Remarks, warnings);
        Assert.All(new GradCos(new GradCosOptions()).SelfInfluence(small.View, train, _context), self => Assert.Equal(0, self));
    }
}
