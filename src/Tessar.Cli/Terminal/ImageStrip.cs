namespace Tessar.Cli.Terminal;

/// <summary>Pictures side by side with captions beneath, in as many rows as the width asks for.</summary>
internal static class ImageStrip
{
    private const int Gap = 3;

    /// <summary>
    /// How many of <paramref name="wanted"/> pictures to show so that each row is full: at most <paramref name="rows"/> rows.
    /// </summary>
    public static int Fitting(int wanted, int imageWidth, int rows, TerminalStyle style)
    {
        int perRow = Math.Max(1, (style.Width + Gap) / (imageWidth + Gap));
        return perRow >= wanted ? wanted : Math.Clamp(wanted / perRow, 1, rows) * perRow;
    }

    /// <summary>The lines of the strip; a caption longer than its picture is cut with an ellipsis.</summary>
    public static IEnumerable<string> Lines(
        IReadOnlyList<(TerminalImage Image, IReadOnlyList<string> Captions)> items, TerminalStyle style)
    {
        if (items.Count == 0)
            yield break;
        int cell = items.Max(item => item.Image.Width) + Gap;
        int perRow = Math.Max(1, (style.Width + Gap) / cell);
        for (int first = 0; first < items.Count; first += perRow)
        {
            if (first > 0)
                yield return string.Empty;
            var row = items.Skip(first).Take(perRow).ToArray();
            var images = row.Select(item => item.Image.Lines(style.Depth)).ToArray();
            for (int line = 0; line < images.Max(image => image.Count); line++)
                yield return Join(
                    row.Select((item, i) =>
                        line < images[i].Count ? (images[i][line], item.Image.Width) : (string.Empty, 0)), cell);
            for (int line = 0; line < row.Max(item => item.Captions.Count); line++)
                yield return Join(
                    row.Select(item => Caption(line < item.Captions.Count ? item.Captions[line] : string.Empty, cell - Gap)),
                    cell);
        }
    }

    private static (string Text, int Width) Caption(string text, int width)
    {
        text = Printable.Text(text);
        string cut = text.Length <= width ? text : text[..(width - 1)] + "…";
        return (cut, cut.Length);
    }

    // Escape sequences take no room, so each part says how wide it is.
    private static string Join(IEnumerable<(string Text, int Width)> parts, int cell) =>
        string.Concat(parts.Select(part => part.Text + new string(' ', cell - part.Width))).TrimEnd();
}
