using Tessar.Statistics;

namespace Tessar.Tests.Statistics;

public sealed class QuantilesTests
{
    [Fact]
    public void Central_interval_of_zero_to_thousand_leaves_a_fortieth_out_on_each_side()
    {
        double[] values = [.. Enumerable.Range(0, 1001).Select(i => (double)(1000 - i))];

        Assert.Equal((25, 975), Quantiles.Central95(values));
    }

    [Fact]
    public void Ends_of_few_numbers_lean_outward() => Assert.Equal((1, 3), Quantiles.Central95([3, 1, 2]));

    [Fact]
    public void Infinity_is_larger_than_everything() =>
        Assert.Equal((0, double.PositiveInfinity), Quantiles.Central95([double.PositiveInfinity, 0]));

    [Fact]
    public void No_numbers_have_no_interval()
    {
        (double low, double high) = Quantiles.Central95([]);

        Assert.True(double.IsNaN(low) && double.IsNaN(high));
    }
}
