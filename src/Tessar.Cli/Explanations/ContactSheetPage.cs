using SkiaSharp;
using Tessar.Cli.Json;
using Tessar.Cli.Terminal;
using Tessar.Examples.Images;

namespace Tessar.Cli.Explanations;

/// <summary>
/// Draws explanations: for each target its image, the model's answer, and the training images that raised and lowered the output.
/// </summary>
internal sealed class ContactSheetPage
{
    /// <summary>Targets in one picture; more would make it taller than viewers like.</summary>
    public const int MostTargets = 20;

    /// <summary>Training images in one row.</summary>
    public const int MostPerRow = 8;

    private const int FewestColumns = 5, Margin = 36, Gap = 14, TargetTile = 224, TrainTile = 112, BetweenTargetAndRows = 40,
        HeadingHeight = 24, LineHeight = 18, RowGap = 18, BlockGap = 42;

    private static readonly SKColor _raised = new(0x0B, 0x5C, 0xAD), _lowered = new(0xA8, 0x42, 0x07);

    private static readonly SheetText _title = new(26, SheetCanvas.Ink, IsStrong: true), _subtitle = new(15, SheetCanvas.Quiet),
        _name = new(
            18, SheetCanvas.Ink,
            IsStrong: true), _text = new(15, SheetCanvas.Ink), _small = new(13, SheetCanvas.Ink),
                _quiet = new(13, SheetCanvas.Quiet),
        _up = new(14, _raised, IsStrong: true), _down = new(14, _lowered, IsStrong: true), _warning = new(
            13, _lowered, IsStrong: true), _differs = new(15, _lowered, IsStrong: true);

    private readonly Explanation _explanation;
    private readonly Block[] _blocks;
    private readonly int _targetTile;
    private readonly int _trainTile;
    private readonly int _columns;
    private readonly int _captionLines;

    private ContactSheetPage(Explanation explanation)
    {
        _explanation = explanation;
        _blocks = [.. Enumerable.Range(0, Math.Min(MostTargets, explanation.Targets.Count))
            .Select(target => Block.Of(explanation, target))];
        _targetTile = SheetCanvas.TileSize(_blocks.Select(block => block.Image), TargetTile);
        SheetTile[] tiles = [.. _blocks.SelectMany(block => block.Raised.Concat(block.Lowered)).Select(one => one.Tile)];
        _trainTile = tiles.Length > 0 ? SheetCanvas.TileSize(tiles, TrainTile) : TrainTile;
        _columns = Math.Max(FewestColumns, _blocks.Max(block => Math.Max(block.Raised.Count, block.Lowered.Count)));
        _captionLines = _blocks.Any(block => block.Raised.Concat(block.Lowered).Any(one => one.Influence.TrueLabel is not null))
            ? 4
            : 3;
    }

    private int Width => Left + (_columns * (_trainTile + Gap)) - Gap + Margin;

    private int Left => Margin + _targetTile + BetweenTargetAndRows;

    private int RowHeight => HeadingHeight + _trainTile + (_captionLines * LineHeight);

    private int BlockHeight => Math.Max((2 * RowHeight) + RowGap, _targetTile + HeadingHeight + (6 * LineHeight));

    /// <summary>Draws the first <see cref="MostTargets"/> targets.</summary>
    /// <returns>A PNG.</returns>
    public static byte[] Draw(Explanation explanation) => new ContactSheetPage(explanation).Draw();

    private byte[] Draw()
    {
        string[] head = [.. Wrap(Subtitle(), _subtitle)], foot = [.. Footer().SelectMany(line => Wrap(line, _quiet))];
        int top = Margin + 34 + (head.Length * 22) + 20;
        using var sheet = new SheetCanvas(
            Width, top + (_blocks.Length * (BlockHeight + BlockGap)) + 10 + (foot.Length * LineHeight) + Margin - 12);
        sheet.Write(
            SheetCanvas.Shorten($"{_explanation.Document.Run}: {_explanation.Document.Method}", Width - (2 * Margin), _title),
            Margin, Margin + 22, _title);
        WriteLines(sheet, head, Margin + 50, 22, _subtitle);
        foreach (Block block in _blocks)
        {
            sheet.Rule(Margin, Width - Margin, top - 16);
            Draw(sheet, block, top + 8);
            top += BlockHeight + BlockGap;
        }

        sheet.Rule(Margin, Width - Margin, top - 16);
        WriteLines(sheet, foot, top + 12, LineHeight, _quiet);
        return sheet.ToPng();
    }

    private void Draw(SheetCanvas sheet, Block block, int top)
    {
        sheet.DrawTile(block.Image, Margin, top, _targetTile);
        int y = top + _targetTile + HeadingHeight;
        Line(block.Example, _name);
        Line($"Label: {block.Label}", _text);
        if (block.TrueLabel is { } truth)
            Line($"really {truth}", _differs);
        Line($"Answer: {block.Answer}", block.IsLabel ? _text : _differs);
        Line(block.Probability, _quiet);
        Draw(sheet, block.Raised, $"Raised the {_explanation.Output} of {block.Label}", _up, top);
        Draw(sheet, block.Lowered, $"Lowered the {_explanation.Output} of {block.Label}", _down, top + RowHeight + RowGap);

        void Line(string text, SheetText style)
        {
            sheet.Write(SheetCanvas.Shorten(text, _targetTile + BetweenTargetAndRows - 12, style), Margin, y, style);
            y += style.Size > 16 ? 24 : 20;
        }
    }

    private void Draw(SheetCanvas sheet, IReadOnlyList<Item> row, string heading, SheetText style, int top)
    {
        sheet.Write(SheetCanvas.Shorten(heading, Width - Left - Margin, style), Left, top + 12, style);
        if (row.Count == 0)
            sheet.Write("no training example did", Left, top + HeadingHeight + 20, _quiet);
        for (int column = 0; column < row.Count; column++)
        {
            int x = Left + (column * (_trainTile + Gap)), y = top + HeadingHeight + _trainTile;
            sheet.DrawTile(row[column].Tile, x, top + HeadingHeight, _trainTile);
            Line(row[column].Score, style);
            Line(row[column].Influence.Label, _small);
            if (row[column].Influence.TrueLabel is { } truth)
                Line($"really {truth}", _warning);
            Line(row[column].Influence.Example, _quiet);

            void Line(string text, SheetText look) =>
                sheet.Write(SheetCanvas.Shorten(text, _trainTile, look), x, y += LineHeight, look);
        }
    }

    private string Subtitle() =>
        $"{(_explanation.Runs.Contains(',', StringComparison.Ordinal) ? "Runs" : "Run")} {_explanation.Runs} · "
            + $"{Quantity.Count(_explanation.Train.Count)} training examples, {_explanation.Document.Train} · "
        + $"predictions {_explanation.Document.Targets}";

    private IEnumerable<string> Footer()
    {
        int hidden = _explanation.Targets.Count - _blocks.Length;
        if (hidden > 0)
            yield return $"{Quantity.Count(hidden)} more {(hidden == 1 ? "prediction isn't" : "predictions aren't")} drawn: a "
                + $"picture holds {MostTargets}.";
        yield return _explanation.Sign;
        yield return _explanation.Units;
        yield return _explanation.Validation.Text;
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
        SheetTile Image, string Example, string Label, string? TrueLabel, string Answer, string Probability, bool IsLabel,
        IReadOnlyList<Item> Raised, IReadOnlyList<Item> Lowered)
    {
        public static Block Of(Explanation explanation, int target)
        {
            (string answer, double probability, bool isLabel) = explanation.Answer(target);
            Func<double, string> format = explanation.ScoreFormat(target);
            TargetJson known = explanation.Result.Targets[target];
            return new Block(
                SheetTile.Of(explanation.Targets, target), known.Example, known.Label, explanation.TrueLabel(target), answer,
                $"with probability {Quantity.Percent(probability)}", isLabel,
                [.. explanation.Raised(target, MostPerRow).Select(ItemOf)],
                [.. explanation.Lowered(target, MostPerRow).Select(ItemOf)]);

            Item ItemOf(InfluenceJson one) => new(SheetTile.Of(explanation.Train, one.Index), format(one.Score), one);
        }
    }
}
