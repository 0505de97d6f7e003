using SkiaSharp;
using Tessar.Cli.Json;
using Tessar.Cli.Terminal;
using Tessar.Examples.Images;

namespace Tessar.Cli.Explanations;

/// <summary>Draws explanations: for each target its image, the model's answer, and the training images that raised and lowered the output.</summary>
internal sealed class ContactSheetPage
{
    /// <summary>Targets in one picture; more would make it taller than viewers like.</summary>
    public const int MostTargets = 20;

    /// <summary>Training images in one row.</summary>
    public const int MostPerRow = 8;

    private const int FewestColumns = 5, Margin = 36, Gap = 14, TargetTile = 224, TrainTile = 112, BetweenTargetAndRows = 40, HeadingHeight = 24, LineHeight = 18, RowGap = 18, BlockGap = 42;

    private static readonly SKColor s_raised = new(0x0B, 0x5C, 0xAD), s_lowered = new(0xA8, 0x42, 0x07);

    private static readonly SheetText s_title = new(26, SheetCanvas.Ink, IsStrong: true), s_subtitle = new(15, SheetCanvas.Quiet),
        s_name = new(18, SheetCanvas.Ink, IsStrong: true), s_text = new(15, SheetCanvas.Ink), s_small = new(13, SheetCanvas.Ink), s_quiet = new(13, SheetCanvas.Quiet),
        s_up = new(14, s_raised, IsStrong: true), s_down = new(14, s_lowered, IsStrong: true), s_warning = new(13, s_lowered, IsStrong: true), s_differs = new(15, s_lowered, IsStrong: true);

    private readonly Explanation explanation;
    private readonly Block[] blocks;
    private readonly int targetTile;
    private readonly int trainTile;
    private readonly int columns;
    private readonly int captionLines;

    private ContactSheetPage(Explanation explanation)
    {
        this.explanation = explanation;
        blocks = [.. Enumerable.Range(0, Math.Min(MostTargets, explanation.Targets.Count)).Select(target => Block.Of(explanation, target))];
        targetTile = SheetCanvas.TileSize(blocks.Select(block => block.Image), TargetTile);
        SheetTile[] tiles = [.. blocks.SelectMany(block => block.Raised.Concat(block.Lowered)).Select(one => one.Tile)];
        trainTile = tiles.Length > 0 ? SheetCanvas.TileSize(tiles, TrainTile) : TrainTile;
        columns = Math.Max(FewestColumns, blocks.Max(block => Math.Max(block.Raised.Count, block.Lowered.Count)));
        captionLines = blocks.Any(block => block.Raised.Concat(block.Lowered).Any(one => one.Influence.TrueLabel is not null)) ? 4 : 3;
    }

    private int Width => Left + (columns * (trainTile + Gap)) - Gap + Margin;

    private int Left => Margin + targetTile + BetweenTargetAndRows;

    private int RowHeight => HeadingHeight + trainTile + (captionLines * LineHeight);

    private int BlockHeight => Math.Max((2 * RowHeight) + RowGap, targetTile + HeadingHeight + (6 * LineHeight));

    /// <summary>Draws the first <see cref="MostTargets"/> targets.</summary>
    /// <returns>A PNG.</returns>
    public static byte[] Draw(Explanation explanation) => new ContactSheetPage(explanation).Draw();

    private byte[] Draw()
    {
        string[] head = [.. Wrap(Subtitle(), s_subtitle)], foot = [.. Footer().SelectMany(line => Wrap(line, s_quiet))];
        int top = Margin + 34 + (head.Length * 22) + 20;
        using var sheet = new SheetCanvas(Width, top + (blocks.Length * (BlockHeight + BlockGap)) + 10 + (foot.Length * LineHeight) + Margin - 12);
        sheet.Write(SheetCanvas.Shorten($"{explanation.Document.Run}: {explanation.Document.Method}", Width - (2 * Margin), s_title), Margin, Margin + 22, s_title);
        WriteLines(sheet, head, Margin + 50, 22, s_subtitle);
        foreach (Block block in blocks)
        {
            sheet.Rule(Margin, Width - Margin, top - 16);
            Draw(sheet, block, top + 8);
            top += BlockHeight + BlockGap;
        }

        sheet.Rule(Margin, Width - Margin, top - 16);
        WriteLines(sheet, foot, top + 12, LineHeight, s_quiet);
        return sheet.ToPng();
    }

    private void Draw(SheetCanvas sheet, Block block, int top)
    {
        sheet.DrawTile(block.Image, Margin, top, targetTile);
        int y = top + targetTile + HeadingHeight;
        Line(block.Example, s_name);
        Line($"Label: {block.Label}", s_text);
        if (block.TrueLabel is { } truth)
            Line($"really {truth}", s_differs);
        Line($"Answer: {block.Answer}", block.IsLabel ? s_text : s_differs);
        Line(block.Probability, s_quiet);
        Draw(sheet, block.Raised, $"Raised the {explanation.Output} of {block.Label}", s_up, top);
        Draw(sheet, block.Lowered, $"Lowered the {explanation.Output} of {block.Label}", s_down, top + RowHeight + RowGap);

        void Line(string text, SheetText style)
        {
            sheet.Write(SheetCanvas.Shorten(text, targetTile + BetweenTargetAndRows - 12, style), Margin, y, style);
            y += style.Size > 16 ? 24 : 20;
        }
    }

    private void Draw(SheetCanvas sheet, IReadOnlyList<Item> row, string heading, SheetText style, int top)
    {
        sheet.Write(SheetCanvas.Shorten(heading, Width - Left - Margin, style), Left, top + 12, style);
        if (row.Count == 0)
            sheet.Write("no training example did", Left, top + HeadingHeight + 20, s_quiet);
        for (int column = 0; column < row.Count; column++)
        {
            int x = Left + (column * (trainTile + Gap)), y = top + HeadingHeight + trainTile;
            sheet.DrawTile(row[column].Tile, x, top + HeadingHeight, trainTile);
            Line(row[column].Score, style);
            Line(row[column].Influence.Label, s_small);
            if (row[column].Influence.TrueLabel is { } truth)
                Line($"really {truth}", s_warning);
            Line(row[column].Influence.Example, s_quiet);

            void Line(string text, SheetText look) => sheet.Write(SheetCanvas.Shorten(text, trainTile, look), x, y += LineHeight, look);
        }
    }

    private string Subtitle() =>
        $"{(explanation.Runs.Contains(',', StringComparison.Ordinal) ? "Runs" : "Run")} {explanation.Runs} · {Quantity.Count(explanation.Train.Count)} training examples, {explanation.Document.Train} · "
        + $"predictions {explanation.Document.Targets}";

    private IEnumerable<string> Footer()
    {
        int hidden = explanation.Targets.Count - blocks.Length;
        if (hidden > 0)
            yield return $"{Quantity.Count(hidden)} more {(hidden == 1 ? "prediction isn't" : "predictions aren't")} drawn: a picture holds {MostTargets}.";
        yield return explanation.Sign;
        yield return explanation.Units;
        yield return explanation.Validation.Text;
    }

    private IEnumerable<string> Wrap(string text, SheetText style)
    {
        string line = string.Empty;
        foreach (string word in text.Split(' '))
        {
            string longer = line.Length == 0 ? word : $"{line} {word}";
            if (line.Length > 0 && SheetCanvas.WidthOf(longer, style) > Width - (2 * Margin))
            {
                yield return line;
                longer = word;
            }

            line = longer;
        }

        yield return SheetCanvas.Shorten(line, Width - (2 * Margin), style);
    }

    private static void WriteLines(SheetCanvas sheet, string[] lines, int y, int height, SheetText style)
    {
        for (int i = 0; i < lines.Length; i++)
            sheet.Write(lines[i], Margin, y + (i * height), style);
    }

    private sealed record Item(SheetTile Tile, string Score, InfluenceJson Influence);

    private sealed record Block(
        SheetTile Image, string Example, string Label, string? TrueLabel, string Answer, string Probability, bool IsLabel, IReadOnlyList<Item> Raised, IReadOnlyList<Item> Lowered)
    {
        public static Block Of(Explanation explanation, int target)
        {
            (string answer, double probability, bool isLabel) = explanation.Answer(target);
            Func<double, string> format = explanation.ScoreFormat(target);
            TargetJson known = explanation.Result.Targets[target];
            return new Block(
                SheetTile.Of(explanation.Targets, target), known.Example, known.Label, explanation.TrueLabel(target), answer,
                $"with probability {Quantity.Percent(probability)}", isLabel,
                [.. explanation.Raised(target, MostPerRow).Select(ItemOf)], [.. explanation.Lowered(target, MostPerRow).Select(ItemOf)]);

            Item ItemOf(InfluenceJson one) => new(SheetTile.Of(explanation.Train, one.Index), format(one.Score), one);
        }
    }
}
