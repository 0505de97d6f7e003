using Tessar.Lenses.Data.Evaluation;

namespace Tessar.Tests.Data.Evaluation;

public sealed class MislabelDetectionTests
{
    // Published cases of the dattri benchmark's own tests.
    [Theory]
    [InlineData(80, 8.0 / 9)]
    [InlineData(90, 1.0)]
    [InlineData(0, 0.0)]
    public void Area_under_the_curve_of_ten_in_a_row(int firstWrong, double expected)
    {
        float[] suspicion = [.. Enumerable.Range(0, 100).Select(i => (float)i)];
        bool[] wrong = [.. Enumerable.Range(0, 100).Select(i => i >= firstWrong && i < firstWrong + 10)];
        Assert.Equal(expected, new MislabelDetection(suspicion, wrong).Auroc, 1e-12);
    }

    [Fact]
    public void Ties_count_half()
    {
        Assert.Equal(0.5, new MislabelDetection([1, 1, 1, 1], [true, false, false, true]).Auroc);
        Assert.Equal(0.75, new MislabelDetection([2, 1, 1], [true, true, false]).Auroc);
    }

    [Fact]
    public void Ranking_counts_what_is_found()
    {
        var detection = new MislabelDetection([0.1f, 0.9f, 0.5f, 0.7f], [false, true, true, false]);
        Assert.Equal([1, 3, 2, 0], detection.Ranking);
        Assert.Equal([0, 1, 1, 2, 2], Enumerable.Range(0, 5).Select(detection.FoundInFirst));
        Assert.Equal(0.5, detection.RecallAt(0.5));
        Assert.Equal(1, detection.RecallAt(1));
    }

    // Suspicion without information, 60 of 400 wrong: Mann and Whitney's standard deviation √((n₁ + n₀ + 1)/(12 n₁ n₀)) is
    // 0.0405.
    [Fact]
    public void Interval_is_as_wide_as_theory_says_and_covers_chance()
    {
        float[] suspicion = [.. Enumerable.Range(0, 400).Select(i => (float)(i * 7919 % 400))];
        bool[] wrong = [.. Enumerable.Range(0, 400).Select(i => i < 60)];
        var detection = new MislabelDetection(suspicion, wrong);
        (double low, double high) = detection.AurocInterval(1);
        Assert.InRange(0.5, low, high);
        Assert.InRange(detection.Auroc, low, high);
        Assert.Equal(2 * 1.96 * 0.0405, high - low, 0.03);
        Assert.Equal((low, high), detection.AurocInterval(1));
    }

    [Fact]
    public void Interval_of_a_perfect_ranking_and_of_equal_suspicions_is_a_point()
    {
        bool[] wrong = [.. Enumerable.Range(0, 100).Select(i => i >= 90)];
        Assert.Equal((1, 1), new MislabelDetection([.. Enumerable.Range(0, 100).Select(i => (float)i)], wrong).AurocInterval(1));
        Assert.Equal((0.5, 0.5), new MislabelDetection(new float[100], wrong).AurocInterval(1));
    }

    [Fact]
    public void Labels_that_are_all_right_are_refused() =>
        Assert.Throws<ArgumentException>(() => new MislabelDetection([1, 2], [false, false]));

    [Fact]
    public void Numbers_that_are_not_finite_are_refused() =>
        Assert.Throws<ArgumentException>(() => new MislabelDetection([1, float.NaN], [false, true]));
}
