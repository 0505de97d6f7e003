using System.Globalization;
using System.Text;
using Tessar.Examples;

namespace Tessar.Cli.Terminal;

/// <summary>A small image as lines of text: two pixels to a character, one above the other.</summary>
/// <remarks>
/// With colours a character is an upper half block whose foreground is the upper pixel and whose background is the lower
/// one. Without, it is a shade whose ink is proportional to the mean of the two.
/// </remarks>
internal sealed class TerminalImage
{
    // From no ink to much ink: on a dark terminal bright pixels get much of it.
    private const string Shades = " .:-=+*#%@";
    private const int LargestSide = 32;

    private readonly byte[] _red;
    private readonly byte[] _green;
    private readonly byte[] _blue;

    /// <summary>
    /// Takes an image of bytes, height × width × channels (1: grey, 3 or more: red, green, blue), larger ones reduced to 32
    /// pixels.
    /// </summary>
    public TerminalImage(ReadOnlySpan<byte> pixels, int height, int width, int channels)
    {
        int reduction = Math.Max(1, (Math.Max(height, width) + LargestSide - 1) / LargestSide);
        (Height, Width) = ((height + reduction - 1) / reduction, (width + reduction - 1) / reduction);
        (_red, _green, _blue) = (new byte[Height * Width], new byte[Height * Width], new byte[Height * Width]);
        byte[][] planes = [_red, _green, _blue];
        for (int plane = 0; plane < 3; plane++)
        {
            int channel = channels >= 3 ? plane : 0;
            for (int y = 0; y < Height; y++)
            {
                for (int x = 0; x < Width; x++)
                    planes[plane][(y * Width) + x] = Mean(
                        pixels, new ImageShape(height, width, channels), channel, (y * reduction, x * reduction), reduction);
            }
        }
    }

    public int Height { get; }

    public int Width { get; }

    /// <summary>The lines of the picture, each <see cref="Width"/> characters wide, escape sequences apart.</summary>
    public IReadOnlyList<string> Lines(ColorDepth depth)
    {
        string[] lines = new string[(Height + 1) / 2];
        for (int line = 0; line < lines.Length; line++)
        {
            var text = new StringBuilder();
            string last = string.Empty;
            for (int x = 0; x < Width; x++)
            {
                int upper = (2 * line * Width) + x;
                int lower = (2 * line) + 1 < Height ? upper + Width : upper;
                if (depth == ColorDepth.None)
                {
                    text.Append(Shades[(Gray(upper) + Gray(lower)) * Shades.Length / 512]);
                    continue;
                }
                string colors = depth == ColorDepth.TrueColor
                    ? string.Create(CultureInfo.InvariantCulture,
                        $"\e[38;2;{_red[upper]};{_green[upper]};{_blue[upper]};48;2;{_red[lower]};{_green[lower]};"
                            + $"{_blue[lower]}m")
                    : string.Create(CultureInfo.InvariantCulture, $"\e[38;5;{PaletteIndex(upper)};48;5;{PaletteIndex(lower)}m");
                if (colors != last)
                    text.Append(last = colors);
                text.Append('▀');
            }
            if (depth != ColorDepth.None)
                text.Append("\e[0m");
            lines[line] = text.ToString();
        }
        return lines;
    }

    private static byte Mean(ReadOnlySpan<byte> pixels, ImageShape shape, int channel, (int Top, int Left) corner, int size)
    {
        int sum = 0, count = 0;
        for (int y = corner.Top; y < Math.Min(corner.Top + size, shape.Height); y++)
        {
            for (int x = corner.Left; x < Math.Min(corner.Left + size, shape.Width); x++, count++)
                sum += pixels[(((y * shape.Width) + x) * shape.Channels) + channel];
        }
        return (byte)((sum + (count / 2)) / count);
    }

    // Brightness as the eye weighs it (ITU-R BT.601).
    private int Gray(int at) => ((299 * _red[at]) + (587 * _green[at]) + (114 * _blue[at])) / 1000;

    // The 256 colours of terminals: 232-255 are greys 8, 18, ..., 238; 16-231 a cube of 6 levels 0, 95, 135, ..., 255.
    private int PaletteIndex(int at)
    {
        if (_red[at] == _green[at] && _green[at] == _blue[at])
            return _red[at] < 4 ? 16 : _red[at] > 246 ? 231 : 232 + Math.Clamp((_red[at] - 3) / 10, 0, 23);
        return 16 + (36 * Level(_red[at])) + (6 * Level(_green[at])) + Level(_blue[at]);
    }

    private static int Level(byte value) => value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
}
