using SkiaSharp;

namespace Tessar.Examples.Images;

/// <summary>Draws examples side by side with captions, as one PNG.</summary>
/// <remarks>
/// The background is opaque and light, so that the captions can be read in a light and in a dark viewer. Small images are enlarged
/// by a whole factor, pixel for pixel; large ones are reduced to the tile by area average. The letters come from a font of the
/// system; on one without fonts the captions are left out.
/// </remarks>
internal sealed class ContactSheet : IDisposable
{
    private const int Tile = 112, Gap = 12, Margin = 28, TextHeight = 22, LongestCaption = 220;
    private static readonly SKColor s_paper = new(0xF7, 0xF8, 0xFA), s_ink = new(0x1B, 0x1F, 0x27), s_frame = new(0xD5, 0xDA, 0xE2), s_quiet = new(0x5B, 0x65, 0x76);
    private readonly SKPaint _text = new() { IsAntialias = true, SubpixelText = true, TextSize = 15, Color = s_ink };

    /// <summary>One line of the sheet: a caption on its left, or none, and its images.</summary>
    /// <param name="Caption">What all images of the line have in common.</param>
    /// <param name="Tiles">The images.</param>
    public sealed record Line(string? Caption, IReadOnlyList<SheetTile> Tiles);

    /// <summary>Draws a sheet.</summary>
    /// <param name="title">Its heading.</param>
    /// <param name="lines">Its lines; with at least one image.</param>
    /// <returns>A PNG.</returns>
    public static byte[] Draw(string title, IReadOnlyList<Line> lines)
    {
        using var sheet = new ContactSheet();
        return sheet.Render(title, lines);
    }

    public void Dispose() => _text.Dispose();

    private byte[] Render(string title, IReadOnlyList<Line> lines)
    {
        int tile = TileSize(lines.SelectMany(line => line.Tiles));
        bool hasTileCaptions = lines.Any(line => line.Tiles.Any(one => one.Caption is not null));
        int left = (int)Math.Ceiling(lines.Max(line => line.Caption is { } caption ? WidthOf(Shorten(caption, LongestCaption)) + (2 * Gap) : 0));
        int columns = lines.Max(line => line.Tiles.Count), lineHeight = tile + Gap + (hasTileCaptions ? TextHeight : 0);
        int width = (2 * Margin) + left + (columns * (tile + Gap)) - Gap;
        int top = Margin + (2 * TextHeight);
        using var surface = SKSurface.Create(new SKImageInfo(
            Math.Max(width, (2 * Margin) + (int)Math.Min(WidthOf(title), 4 * LongestCaption)), top + (lines.Count * lineHeight) - Gap + Margin, SKColorType.Rgba8888, SKAlphaType.Opaque));
        SKCanvas canvas = surface.Canvas;
        canvas.Clear(s_paper);
        Write(canvas, Shorten(title, Math.Max(width - (2 * Margin), 4 * LongestCaption)), Margin, Margin + 15, s_quiet);
        for (int row = 0; row < lines.Count; row++)
        {
            int y = top + (row * lineHeight);
            if (lines[row].Caption is { } caption)
                Write(canvas, Shorten(caption, LongestCaption), Margin, y + (tile / 2) + 5, s_ink);
            for (int column = 0; column < lines[row].Tiles.Count; column++)
            {
                int x = Margin + left + (column * (tile + Gap));
                SheetTile one = lines[row].Tiles[column];
                DrawTile(canvas, one, x, y, tile);
                if (one.Caption is { } own)
                    Write(canvas, Shorten(own, tile), x, y + tile + 17, s_ink);
            }
        }

        using SKImage image = surface.Snapshot();
        using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    /// <summary>Tiles are 112 pixels wide, or what the whole factor that comes closest makes of smaller images.</summary>
    private static int TileSize(IEnumerable<SheetTile> tiles)
    {
        int largest = tiles.Max(tile => Math.Max(tile.Shape.Height, tile.Shape.Width));
        return largest > Tile ? Tile : largest * (int)Math.Round((double)Tile / largest);
    }

    /// <summary>The image in the middle of its tile, with a hair-line frame.</summary>
    private static void DrawTile(SKCanvas canvas, SheetTile one, int x, int y, int tile)
    {
        int largest = Math.Max(one.Shape.Height, one.Shape.Width);
        double factor = largest * 2 <= tile ? tile / largest : Math.Min(1, (double)tile / largest);
        int width = Math.Max(1, (int)Math.Round(one.Shape.Width * factor)), height = Math.Max(1, (int)Math.Round(one.Shape.Height * factor));
        var shape = new ImageShape(height, width, 4);
        byte[] pixels = new byte[shape.Size];
        if (factor > 1)
            Enlarge(one, pixels, (int)factor);
        else
            Pixels.Fit(one.Pixels, one.Shape, pixels, shape);
        (x, y) = (x + ((tile - width) / 2), y + ((tile - height) / 2));
        using SKImage image = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul), pixels);
        canvas.DrawImage(image, x, y);
        using var frame = new SKPaint { Color = s_frame, IsStroke = true, StrokeWidth = 1 };
        canvas.DrawRect(x - 0.5f, y - 0.5f, width + 1, height + 1, frame);
    }

    /// <summary>Every pixel becomes factor × factor pixels.</summary>
    private static void Enlarge(SheetTile one, byte[] target, int factor)
    {
        byte[] wide = new byte[one.Shape.Height * one.Shape.Width * 4];
        Pixels.Convert(one.Pixels, one.Shape.Channels, wide, 4);
        int line = one.Shape.Width * factor;
        for (int i = 0; i < target.Length / 4; i++)
            wide.AsSpan(((i / line / factor * one.Shape.Width) + (i % line / factor)) * 4, 4).CopyTo(target.AsSpan(i * 4));
    }

    private string Shorten(string text, float width)
    {
        if (WidthOf(text) <= width)
            return text;
        int length = text.Length;
        while (length > 1 && WidthOf(text[..length] + "…") > width)
            length--;
        return text[..length] + "…";
    }

    private float WidthOf(string text)
    {
        float width = 0;
        foreach ((string part, SKTypeface font) in Fonts.Split(text))
        {
            _text.Typeface = font;
            width += _text.MeasureText(part);
        }

        return width;
    }

    private void Write(SKCanvas canvas, string text, float x, float y, SKColor color)
    {
        _text.Color = color;
        foreach ((string part, SKTypeface font) in Fonts.Split(text))
        {
            _text.Typeface = font;
            canvas.DrawText(part, x, y, _text);
            x += _text.MeasureText(part);
        }
    }
}

/// <summary>One image of a sheet.</summary>
/// <param name="Pixels">[height, width, channels].</param>
/// <param name="Shape">Its size.</param>
/// <param name="Caption">What is written beneath it; null for nothing.</param>
internal sealed record SheetTile(byte[] Pixels, ImageShape Shape, string? Caption);
