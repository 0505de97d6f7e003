using Tessar.Cli.Terminal;

namespace Tessar.Tests.Cli.Terminal;

public sealed class TextWrapTests
{
    [Theory]
    [InlineData("", 10, "")]
    [InlineData("short", 10, "short")]
    [InlineData("exactly ten", 11, "exactly ten")]
    [InlineData("one two three", 8, "one two|three")]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("unbreakable", 4, "unbr|eaka|ble")]
    public void Breaks_at_spaces_and_cuts_longer_words(string text, int width, string lines) =>
        Assert.Equal(lines, string.Join('|', TextWrap.Lines(text, width)));
}
