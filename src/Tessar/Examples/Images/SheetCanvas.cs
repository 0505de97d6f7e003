using SkiaSharp;

namespace Tessar.Examples.Images;

/// <summary>Paper to draw images and captions on.</summary>
/// <remarks>
/// The paper is opaque and light, so that captions can be read in a light and in a dark viewer. Small images are enlarged by a
/// whole factor, pixel for pixel; large ones are reduced to their tile by area average.
/// </remarks>
internal sealed class SheetCanvas : IDisposable
{
    /// <summary>Colours of the paper, of text and of lines; text has a contrast of at least 4.5 : 1 on the paper.</summary>
    public static readonly SKColor Paper = new(0xF7, 0xF8, 0xFA), Ink = new(0x1B, 0x1F, 0x27), Quiet = new(0x5B, 0x65, 0x76),
        Frame = new(0xD5, 0xDA, 0xE2);

    private readonly SKSurface _surface;

    /// <summary>Empty paper.</summary>
    public SheetCanvas(int width, int height)
    {
        _surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque))
            ?? throw new TessarException(
                $"A picture of {width} × {height} pixels is larger than the memory. Ask for fewer examples.",
                ErrorKind.Environment);
        _surface.Canvas.Clear(Paper);
    }

    /// <summary>How wide a text is.</summary>
    public static float WidthOf(string text, SheetText style)
    {
        using SKPaint paint = PaintOf(style);
        return WidthOf(text, style, paint);
    }

    /// <summary>The text, cut with an ellipsis if it is wider than allowed.</summary>
    public static string Shorten(string text, float width, SheetText style)
    {
        using SKPaint paint = PaintOf(style);
        if (WidthOf(text, style, paint) <= width)
            return text;
        int length = text.Length;
        while (length > 1 && WidthOf(text[..length] + "…", style, paint) > width)
            length--;
        return text[..length].TrimEnd() + "…";
    }

    /// <summary>Writes a line of text from <paramref name="x"/> on; <paramref name="y"/> is its baseline.</summary>
    /// <returns>Where the text ends.</returns>
    public float Write(string text, float x, float y, SheetText style)
    {
        using SKPaint paint = PaintOf(style);
        foreach ((string part, SKTypeface font) in Fonts.Split(text, style.IsStrong))
        {
            paint.Typeface = font;
            _surface.Canvas.DrawText(part, x, y, paint);
            x += paint.MeasureText(part);
        }

        return x;
    }

    /// <summary>A horizontal hair-line.</summary>
    public void Rule(int left, int right, int y)
    {
        using var paint = new SKPaint { Color = Frame };
        _surface.Canvas.DrawRect(left, y, right - left, 1, paint);
    }

    /// <summary>The image in the middle of its tile, with a hair-line frame.</summary>
    public void DrawTile(SheetTile one, int x, int y, int tile)
    {
        int largest = Math.Max(one.Shape.Height, one.Shape.Width);
        double factor = largest * 2 <= tile ? tile / largest : Math.Min(1, (double)tile / largest);
        int width = Math.Max(1, (int)Math.Round(one.Shape.Width * factor)), height = Math.Max(
            1, (int)Math.Round(one.Shape.Height * factor));
        var shape = new ImageShape(height, width, 4);
        byte[] pixels = new byte[shape.Size];
        if (factor > 1)
            Enlarge(one, pixels, (int)factor);
        else
            Pixels.Fit(one.Pixels, one.Shape, pixels, shape);
        (x, y) = (x + ((tile - width) / 2), y + ((tile - height) / 2));
        using SKImage image = SKImage.FromPixelCopy(
            new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul), pixels);
        _surface.Canvas.DrawImage(image, x, y);
        using var frame = new SKPaint { Color = Frame, IsStroke = true, StrokeWidth = 1 };
        _surface.Canvas.DrawRect(x - 0.5f, y - 0.5f, width + 1, height + 1, frame);
    }

    /// <summary>The width of a tile: as wanted, or what the whole factor that comes closest makes of smaller images.</summary>
    public static int TileSize(IEnumerable<SheetTile> tiles, int wanted)
    {
        int largest = tiles.Max(tile => Math.Max(tile.Shape.Height, tile.Shape.Width));
        return largest > wanted ? wanted : largest * (int)Math.Round((double)wanted / largest);
    }

    /// <summary>What has been drawn.</summary>
    public byte[] ToPng()
    {
        using SKImage image = _surface.Snapshot();
        using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    public void Dispose() => _surface.Dispose();

    /// <summary>Every pixel becomes factor × factor pixels.</summary>
    private static void Enlarge(SheetTile one, byte[] target, int factor)
    {
        byte[] wide = new byte[one.Shape.Height * one.Shape.Width * 4];
        Pixels.Convert(one.Pixels, one.Shape.Channels, wide, 4);
        int line = one.Shape.Width * factor;
        for (int i = 0; i < target.Length / 4; i++)
            wide.AsSpan(((i / line / factor * one.Shape.Width) + (i % line / factor)) * 4, 4).CopyTo(target.AsSpan(i * 4));
    }

    private static float WidthOf(string text, SheetText style, SKPaint paint)
    {
        float width = 0;
        foreach ((string part, SKTypeface font) in Fonts.Split(text, style.IsStrong))
        {
            paint.Typeface = font;
            width += paint.MeasureText(part);
        }

        return width;
    }

    private static SKPaint PaintOf(SheetText style) =>
        new() { IsAntialias = true, SubpixelText = true, TextSize = style.Size, Color = style.Color };
}

/// <summary>How a text looks.</summary>
/// <param name="Size">Height of its letters, in pixels.</param>
/// <param name="Color">Its colour.</param>
/// <param name="IsStrong">Semi-bold letters.</param>
internal sealed record SheetText(float Size, SKColor Color, bool IsStrong = false);

/// <summary>One image of a sheet.</summary>
/// <param name="Pixels">[height, width, channels].</param>
/// <param name="Shape">Its size.</param>
/// <param name="Caption">What is written beneath it; null for nothing.</param>
internal sealed record SheetTile(byte[] Pixels, ImageShape Shape, string? Caption)
{
    /// <summary>The image of an example, in its own size.</summary>
    public static SheetTile Of(ExampleSet examples, int index, string? caption = null)
    {
        ImageShape shape = examples.Store.ImageOf(examples.Row(index)).Shape;
        byte[] pixels = new byte[shape.Size];
        examples.ReadImage(index, shape, pixels);
        return new SheetTile(pixels, shape, caption);
    }
}
