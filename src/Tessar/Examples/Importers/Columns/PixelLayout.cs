namespace Tessar.Examples.Importers.Columns;

/// <summary>How the numbers of an array lie when they are a picture.</summary>
/// <param name="Shape">Size of the picture.</param>
/// <param name="IsPlanar">True when each channel lies by itself: [channels, height, width].</param>
internal readonly record struct PixelLayout(ImageShape Shape, bool IsPlanar)
{
    /// <summary>
    /// Reads a row's shape as a picture: [height, width]; [height, width, channels] when the last dimension is 4 at most; else
    /// [channels, height, width] when the first is. Null for anything else.
    /// </summary>
    public static PixelLayout? Of(IReadOnlyList<int> shape) => shape switch
    {
        [int height, int width] => new PixelLayout(new ImageShape(height, width, 1), IsPlanar: false),
        [int height, int width, >= 1 and <= 4 and int channels] =>
            new PixelLayout(new ImageShape(height, width, channels), IsPlanar: false),
        [>= 1 and <= 4 and int channels, int height, int width] =>
            new PixelLayout(new ImageShape(height, width, channels), IsPlanar: true),
        _ => null,
    };

    /// <summary>Brings planes to pixels: target[p, c] = source[c, p].</summary>
    public static void Interleave(ReadOnlySpan<byte> planes, int channels, Span<byte> pixels)
    {
        int count = planes.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            ReadOnlySpan<byte> plane = planes.Slice(c * count, count);
            for (int p = 0; p < count; p++)
                pixels[(p * channels) + c] = plane[p];
        }
    }
}
