namespace Tessar.Examples.Images;

/// <summary>Draws examples side by side with captions, as one PNG.</summary>
internal static class ContactSheet
{
    private const int Tile = 112, Gap = 12, Margin = 28, TextHeight = 22, LongestCaption = 220;
    private static readonly SheetText _text = new(15, SheetCanvas.Ink), _title = new(15, SheetCanvas.Quiet);

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
        int tile = SheetCanvas.TileSize(lines.SelectMany(line => line.Tiles), Tile);
        bool hasTileCaptions = lines.Any(line => line.Tiles.Any(one => one.Caption is not null));
        int left = (int)Math.Ceiling(lines.Max(
            line =>
                line.Caption is { } caption
                    ? SheetCanvas.WidthOf(SheetCanvas.Shorten(caption, LongestCaption, _text), _text) + (2 * Gap)
                    : 0));
        int columns = lines.Max(line => line.Tiles.Count), lineHeight = tile + Gap + (hasTileCaptions ? TextHeight : 0);
        int width = (2 * Margin) + left + (columns * (tile + Gap)) - Gap;
        int top = Margin + (2 * TextHeight);
        using var sheet = new SheetCanvas(
            Math.Max(width, (2 * Margin) + (int)Math.Min(SheetCanvas.WidthOf(title, _title), 4 * LongestCaption)),
            top + (lines.Count * lineHeight) - Gap + Margin);
        sheet.Write(
            SheetCanvas.Shorten(title, Math.Max(width - (2 * Margin), 4 * LongestCaption), _title), Margin, Margin + 15, _title);
        for (int row = 0; row < lines.Count; row++)
        {
            int y = top + (row * lineHeight);
            if (lines[row].Caption is { } caption)
                sheet.Write(SheetCanvas.Shorten(caption, LongestCaption, _text), Margin, y + (tile / 2) + 5, _text);
            for (int column = 0; column < lines[row].Tiles.Count; column++)
            {
                int x = Margin + left + (column * (tile + Gap));
                SheetTile one = lines[row].Tiles[column];
                sheet.DrawTile(one, x, y, tile);
                if (one.Caption is { } own)
                    sheet.Write(SheetCanvas.Shorten(own, tile, _text), x, y + tile + 17, _text);
            }
        }

        return sheet.ToPng();
    }
}
