using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Statistics;
using Tessar.Tests.Data.Evaluation;

namespace Tessar.Tests.Statistics;

public sealed class BootstrapTests
{
    // 200 samples of 40 numbers with mean 0: coverage of a percentile interval there is about 0.94; 0.88 is four standard errors
    // below 0.95.
    [Fact]
    public void Interval_of_a_mean_covers_the_true_mean()
    {
        int covered = 0;
        for (int sample = 0; sample < 200; sample++)
        {
            var random = new RandomStream(3, "coverage", sample);
            double[] values = [.. Enumerable.Range(0, 40).Select(_ => random.NextDouble() - 0.5)];
            Estimate mean = Bootstrap.Mean(values, (ulong)sample, "test");
            covered += mean.Low <= 0 && mean.High >= 0 ? 1 : 0;
        }

        Assert.InRange(covered, 176, 200);
    }

    // The standard error of a mean of n numbers is s/√n: 1.96 of it on either side.
    [Fact]
    public void Interval_of_a_mean_is_as_wide_as_theory_says()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => i % 2 == 0 ? 0.0 : 1.0)];
        Estimate mean = Bootstrap.Mean(values, 1, "test");
        Assert.Equal(0.5, mean.Value);
        Assert.Equal(2 * 1.96 * 0.5 / 20, mean.High - mean.Low, 0.012);
    }

    [Fact]
    public void Interval_follows_from_the_seed_and_the_purpose()
    {
        double[] values = [.. Enumerable.Range(0, 30).Select(i => (double)(i * i % 17))];
        Assert.Equal(Bootstrap.Mean(values, 5, "a"), Bootstrap.Mean(values, 5, "a"));
        Assert.NotEqual(Bootstrap.Mean(values, 5, "a"), Bootstrap.Mean(values, 6, "a"));
        Assert.NotEqual(Bootstrap.Mean(values, 5, "a"), Bootstrap.Mean(values, 5, "b"));
    }

    [Fact]
    public void Resamples_without_a_number_are_left_out_and_infinite_ones_are_largest()
    {
        (double low, double high) = Bootstrap.Interval(
            1, "test", stream => stream.NextInt32(4) switch { 0 => double.NaN, 1 => double.PositiveInfinity, _ => 2 });
        Assert.Equal((2, double.PositiveInfinity), (low, high));
        Assert.True(double.IsNaN(Bootstrap.Interval(1, "test", _ => double.NaN).Low));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.Interval(1, "test", _ => 0, resamples: 10));
    }

    [Fact]
    public void Weights_add_up_to_the_number_of_draws() =>
        Assert.Equal(25, Bootstrap.Weights(new RandomStream(1, "weights"), 25).Sum());
}
