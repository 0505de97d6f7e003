namespace Tessar.Tests;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0.0e-500", 0)]
    [InlineData("1e-4", 1e-4)]
    [InlineData("-2.5", -2.5)]
    [InlineData("5e-324", 5e-324)]
    public void Numbers_are_read(string text, double expected)
    {
        Assert.True(NumberText.TryDouble(text, out double value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("1e-400")]
    [InlineData("-0.001e-999")]
    [InlineData("1e400")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1,5")]
    [InlineData("")]
    public void What_is_no_number_of_the_type_is_not_made_one(string text) => Assert.False(NumberText.TryDouble(text, out _));

    [Theory]
    [InlineData("1e-60")]
    [InlineData("1e60")]
    public void Single_precision_has_a_smaller_range(string text)
    {
        Assert.True(NumberText.TryDouble(text, out _));
        Assert.False(NumberText.TrySingle(text, out _));
    }
}
