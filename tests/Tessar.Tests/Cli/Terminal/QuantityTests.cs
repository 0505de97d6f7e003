using Tessar.Cli.Terminal;

namespace Tessar.Tests.Cli.Terminal;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(0.0121, "12 ms")]
    [InlineData(-1, "0 ms")]
    [InlineData(4.21, "4.2 s")]
    [InlineData(42.4, "42 s")]
    [InlineData(73.4, "1 min 13 s")]
    [InlineData(7380, "2 h 3 min")]
    public void Seconds_choose_their_unit(double seconds, string text) => Assert.Equal(text, Quantity.Seconds(seconds));

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(2L << 30, "2 GiB")]
    public void Bytes_choose_their_unit(long bytes, string text) => Assert.Equal(text, Quantity.Bytes(bytes));

    [Fact]
    public void Percent_has_one_decimal() => Assert.Equal("84.1 %", Quantity.Percent(0.8412));
}
