using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation.Removal;

namespace Tessar.Tests.Data.Evaluation.Removal;

public sealed class RemovalEffectTests
{
    private static readonly double[][] _untouched = [[4, 6], [6, 8]]; // [seed][target]: means 5 and 7
    private static readonly double[][][] _random = [[[5, 7]], [[4, 6], [4, 6]]]; // draws with means 6 and 5

    [Fact]
    public void Changes_are_differences_of_means()
    {
        RemovalEffect own = RemovalEffect.Of([[1, 3], [4]], null, _random, _untouched, 1);
        Assert.Equal((3 - 6.0, 5.5 - 6, 3 - 5.5, 2), (own.Change.Value, own.Random.Value, own.Relative.Value, own.Targets));
        RemovalEffect shared = RemovalEffect.Of(null, [[1, 4], [3, 4]], _random, _untouched, 1);
        Assert.Equal((own.Change.Value, own.Relative.Value), (shared.Change.Value, shared.Relative.Value));
        Assert.InRange(own.Relative.Value, own.Relative.Low, own.Relative.High);
    }

    // Independent noise of 1 in each target's own trainings, and nothing else: 1.96/√100 on either side.
    [Fact]
    public void Interval_over_targets_is_as_wide_as_theory_says()
    {
        var random = new RandomStream(1, "removal test");
        double[][] own = [.. Enumerable.Range(0, 100).Select(_ => new[] { EvaluationCases.Normal(random) })];
        double[] zeros = new double[100];
        RemovalEffect effect = RemovalEffect.Of(own, null, [[zeros]], [zeros], 1);
        Assert.Equal(2 * 1.96 / 10, effect.Relative.High - effect.Relative.Low, 0.1);
        Assert.Equal(effect.Change, effect.Relative);
    }

    // A seed that moves all targets at once: resampling targets alone would see no spread.
    [Fact]
    public void Noise_that_targets_share_widens_the_interval()
    {
        double[] low = [.. Enumerable.Repeat(-1.0, 50)], high = [.. Enumerable.Repeat(1.0, 50)], zeros = new double[50];
        RemovalEffect effect = RemovalEffect.Of(null, [low, high, low, high], [[zeros]], [zeros], 1);
        Assert.Equal(0, effect.Relative.Value);
        Assert.True(effect.Relative.High - effect.Relative.Low > 0.9);
    }

    [Fact]
    public void Targets_and_draws_without_a_model_are_left_out()
    {
        RemovalEffect effect = RemovalEffect.Of([[1], []], null, [[], [[5, 7]]], _untouched, 1);
        Assert.Equal((1, -4.0, 0.0), (effect.Targets, effect.Change.Value, effect.Random.Value));
        Assert.Throws<TessarException>(() => RemovalEffect.Of([[], []], null, _random, _untouched, 1));
        Assert.Throws<TessarException>(() => RemovalEffect.Of([[1], [1]], null, [[]], _untouched, 1));
        Assert.Throws<ArgumentException>(() => RemovalEffect.Of(null, null, _random, _untouched, 1));
    }
}
