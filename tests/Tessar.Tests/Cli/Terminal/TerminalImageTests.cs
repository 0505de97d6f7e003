using Tessar.Cli.Terminal;

namespace Tessar.Tests.Cli.Terminal;

public sealed class TerminalImageTests
{
    private static readonly byte[] _whiteOverBlack = [255, 255, 0, 0];

    [Fact]
    public void True_color_puts_the_upper_pixel_in_front_and_the_lower_behind() =>
        Assert.Equal(
            ["\e[38;2;255;255;255;48;2;0;0;0m▀▀\e[0m"], new TerminalImage(_whiteOverBlack, 2, 2, 1).Lines(ColorDepth.TrueColor));

    [Fact]
    public void Palette_uses_its_own_black_and_white() =>
        Assert.Equal(["\e[38;5;231;48;5;16m▀▀\e[0m"], new TerminalImage(_whiteOverBlack, 2, 2, 1).Lines(ColorDepth.Palette256));

    [Theory]
    [InlineData(255, 0, 0, 196)]
    [InlineData(0, 255, 0, 46)]
    [InlineData(0, 0, 255, 21)]
    [InlineData(128, 128, 128, 244)]
    [InlineData(95, 135, 175, 67)]
    public void Palette_index_is_the_nearest_of_the_standard_colors(byte red, byte green, byte blue, int index) =>
        Assert.Equal(
            [$"\e[38;5;{index};48;5;{index}m▀\e[0m"],
            new TerminalImage([red, green, blue], 1, 1, 3).Lines(ColorDepth.Palette256));

    [Fact]
    public void Without_colors_ink_grows_with_brightness()
    {
        byte[] ramp = [.. Enumerable.Range(0, 10).Select(i => (byte)(i * 28))];
        Assert.Equal([" .:-=+*#%@"], new TerminalImage(ramp, 1, 10, 1).Lines(ColorDepth.None));
        Assert.Equal(["++"], new TerminalImage([255, 255, 20, 20], 2, 2, 1).Lines(ColorDepth.None));
    }

    [Fact]
    public void Large_images_are_reduced_by_averaging()
    {
        byte[] pixels = new byte[64 * 64];
        for (int i = 0; i < pixels.Length; i += 2)
            pixels[i] = 200;
        var image = new TerminalImage(pixels, 64, 64, 1);
        Assert.Equal((32, 32), (image.Height, image.Width));
        Assert.StartsWith(
            "\e[38;2;100;100;100;48;2;100;100;100m", image.Lines(ColorDepth.TrueColor)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Strip_breaks_into_rows_and_cuts_long_captions()
    {
        var style = new TerminalStyle(false, ColorDepth.None, 12);
        var item = (new TerminalImage(new byte[16], 4, 4, 1), (IReadOnlyList<string>)["short", "x"]);
        string[] lines = [.. ImageStrip.Lines([item, item, item], style)];
        Assert.Equal(["", "", "sho…   sho…", "x      x", "", "", "", "sho…", "x"], lines);
    }

    [Theory]
    [InlineData(160, 10, 3, 10)]
    [InlineData(150, 10, 3, 8)]
    [InlineData(80, 10, 3, 6)]
    [InlineData(80, 5, 2, 4)]
    [InlineData(20, 5, 2, 2)]
    [InlineData(400, 5, 2, 5)]
    public void Only_full_rows_are_shown(int width, int wanted, int rows, int shown) =>
        Assert.Equal(shown, ImageStrip.Fitting(wanted, 28, rows, new TerminalStyle(true, ColorDepth.None, width)));

    [Fact]
    public void Empty_strip_has_no_lines() => Assert.Empty(ImageStrip.Lines([], new TerminalStyle(false, ColorDepth.None, 80)));
}
