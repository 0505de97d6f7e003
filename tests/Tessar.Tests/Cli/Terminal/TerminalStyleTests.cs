using Tessar.Cli.Terminal;

namespace Tessar.Tests.Cli.Terminal;

public sealed class TerminalStyleTests
{
    [Theory]
    [InlineData("1", "xterm", "truecolor", ColorDepth.None)]
    [InlineData("", "xterm", "truecolor", ColorDepth.TrueColor)]
    [InlineData(null, "xterm-256color", null, ColorDepth.Palette256)]
    [InlineData(null, "xterm", "24bit", ColorDepth.TrueColor)]
    [InlineData(null, "dumb", "truecolor", ColorDepth.None)]
    [InlineData(null, null, null, ColorDepth.None)]
    public void Environment_decides_on_colors(string? noColor, string? term, string? colorTerm, object expected) =>
        Assert.Equal(
            expected, TerminalStyle.DepthOf(name => name switch { "NO_COLOR" => noColor, "TERM" => term, _ => colorTerm }));

    [Fact]
    public void A_writer_that_is_no_terminal_has_no_colors()
    {
        using var writer = new StringWriter();
        Assert.Equal(new TerminalStyle(false, ColorDepth.None, 160), TerminalStyle.For(writer));
    }
}
