using Tessar.Web.Recorded;

namespace Tessar.Web.Tests.Recorded;

public sealed class ThinningTests
{
    [Fact]
    public void Few_points_stay_as_they_are()
    {
        (long, double)[] points = [(1, 3.0), (2, double.NaN), (5, 1.0)];

        Assert.Equal(points, Thinning.ToExtremes(points, 4));
        Assert.Empty(Thinning.ToExtremes([], 4));
    }

    [Fact]
    public void Each_stretch_keeps_its_smallest_and_largest_value_in_the_order_of_steps()
    {
        // 12 steps, two stretches of 6; the extremes lie at steps 3 and 5, and 8 and 11.
        double[] values = [5, 5, 9, 5, 1, 5, 5, 0, 5, 5, 7, 5];
        (long, double)[] points = [.. values.Select((value, i) => ((long)i + 1, value))];

        Assert.Equal([1, 3, 5, 8, 11, 12], Thinning.ToExtremes(points, 6).Select(point => point.Step));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(60)]
    [InlineData(1999)]
    public void Thinned_curve_has_at_most_so_many_points_and_the_extremes_of_all(int most)
    {
        (long Step, double Value)[] points = [.. Enumerable.Range(0, 5000).Select(i => ((long)i * i, Math.Sin(i * 1.7) * i))];

        IReadOnlyList<(long Step, double Value)> thinned = Thinning.ToExtremes(points, most);

        Assert.InRange(thinned.Count, 2, most);
        Assert.Equal((points[0], points[^1]), (thinned[0], thinned[^1]));
        Assert.Equal(points.Max(point => point.Value), thinned.Max(point => point.Value));
        Assert.Equal(points.Min(point => point.Value), thinned.Min(point => point.Value));
        Assert.Equal(thinned.OrderBy(point => point.Step), thinned);
    }

    [Fact]
    public void Value_that_is_not_finite_is_kept_so_that_the_break_can_be_seen()
    {
        (long Step, double Value)[] points = [.. Enumerable.Range(0, 1000).Select(i => ((long)i, i == 500 ? double.NaN : 1.0))];

        Assert.Contains(Thinning.ToExtremes(points, 20), point => double.IsNaN(point.Value));
    }

    [Fact]
    public void Points_of_one_step_and_steps_over_the_whole_range_of_long_are_no_trouble()
    {
        (long, double)[] same = [.. Enumerable.Range(0, 100).Select(i => (7L, (double)i))];
        (long, double)[] wide = [.. Enumerable.Range(0, 100).Select(i => (i * (long.MaxValue / 100), (double)i))];

        Assert.InRange(Thinning.ToExtremes(same, 10).Count, 2, 10);
        Assert.InRange(Thinning.ToExtremes(wide, 10).Count, 2, 10);
    }
}
