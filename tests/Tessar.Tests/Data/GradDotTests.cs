using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Methods;

namespace Tessar.Tests.Data;

public sealed class GradDotTests
{
    private static readonly MethodContext _context = new();

    [Theory]
    [InlineData("logistic")]
    [InlineData("mlp")]
    [InlineData("cnn")]
    public void Scores_are_dot_products_of_loss_gradients(string model)
    {
        using var small = new SmallRun(model);
        ExampleSet train = new(small.Store, "train", 3, 50);
        AttributionMatrix scores = new GradDot(new GradDotOptions { BatchSize = 16 })
            .Score(small.View, train, small.Test, _context);
        double[,] expected = Reference.GradDot(small.View.Checkpoints[0], train, small.Test);
        double scale = expected.Cast<double>().Max(Math.Abs);
        for (int i = 0; i < train.Count; i++)
        {
            for (int j = 0; j < small.Test.Count; j++)
                Assert.Equal(expected[i, j], scores[i, j], 1e-5 * scale);
        }
    }

    [Fact]
    public void Self_influence_is_the_diagonal()
    {
        using var small = new SmallRun("cnn");
        var method = new GradDot(new GradDotOptions());
        float[] self = method.SelfInfluence(small.View, small.Test, _context);
        AttributionMatrix scores = method.Score(small.View, small.Test, small.Test, _context);
        for (int i = 0; i < self.Length; i++)
            Assert.Equal(scores[i, i], self[i], 1e-5 * self[i]);
    }

    // A small budget holds the targets a few at a time; the numbers stay.
    [Fact]
    public void Memory_budget_does_not_change_scores()
    {
        using var small = new SmallRun("mlp");
        var method = new GradDot(new GradDotOptions());
        AttributionMatrix roomy = method.Score(small.View, small.Train, small.Test, _context);
        AttributionMatrix tight = method.Score(
            small.View, small.Train, small.Test, _context with { MemoryBudget = 12 * 150 * 12 });
        float scale = roomy.Scores.ToArray().Max(Math.Abs);
        Assert.All(
            roomy.Scores.ToArray().Zip(tight.Scores.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * scale));
    }

    [Fact]
    public void Native_memory_balances()
    {
        using var small = new SmallRun("cnn");
        // Each of the two calls builds the model once: 8 parameters.
        TensorBalance.HoldsButFor(16, () =>
        {
            new GradDot(new GradDotOptions()).Score(small.View, small.Train, small.Test, _context);
            new GradDot(new GradDotOptions()).SelfInfluence(small.View, small.Test, _context);
        });
    }
}
