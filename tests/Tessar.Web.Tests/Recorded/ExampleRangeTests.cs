using Tessar.Web.Recorded;

namespace Tessar.Web.Tests.Recorded;

public sealed class ExampleRangeTests
{
    [Fact]
    public void Range_is_read_with_both_ends_included()
    {
        Assert.True(ExampleRange.TryParse("test:10-49", out ExampleRange range));

        Assert.Equal(("test", 10, 49, 40), (range.Split, range.First, range.Last, range.Count));
        Assert.Equal("test:10-49", range.ToString());
        Assert.True(range.Covers("test", 10) && range.Covers("test", 49));
        Assert.False(range.Covers("test", 9) || range.Covers("test", 50) || range.Covers("train", 20));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("test")]
    [InlineData("test:5")]
    [InlineData("test:5-2")]
    [InlineData("test:-1-2")]
    [InlineData("test:0-2147483647")]
    [InlineData("test:0-99999999999")]
    [InlineData("a:b:0-1")]
    public void Anything_else_is_no_range(string? text) => Assert.False(ExampleRange.TryParse(text, out _));
}
