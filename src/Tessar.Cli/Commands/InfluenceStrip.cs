using System.Globalization;
using Tessar.Cli.Json;
using Tessar.Cli.Terminal;
using Tessar.Examples;

namespace Tessar.Cli.Commands;

/// <summary>
/// A target beside the training pictures that pushed it away from its label, and beneath those that pulled towards it.
/// </summary>
internal static class InfluenceStrip
{
    private const int Wanted = 5;

    public static IEnumerable<string> Lines(TerminalStyle style, ExampleSet train, ExampleSet targets, TargetJson target)
    {
        TerminalImage image = DataArgument.ImageOf(targets, target.Index);
        int shown = ImageStrip.Fitting(Wanted, image.Width, rows: 2, style) - 1;
        return Strip("pushed away by", target.Opponents).Append(string.Empty)
            .Concat(Strip("pulled towards by", target.Proponents));

        IEnumerable<string> Strip(string title, IReadOnlyList<InfluenceJson> influences)
        {
            (TerminalImage, IReadOnlyList<string>)[] items =
            [
                (image, [target.Example, title]),
                .. influences.Take(shown)
                .Select(influence => (DataArgument.ImageOf(train, influence.Index), Captions(influence))),
            ];
            return ImageStrip.Lines(items, style);
        }
    }

    private static IReadOnlyList<string> Captions(InfluenceJson influence) =>
    [
        $"{influence.Example} {influence.Score.ToString("+0.0000;-0.0000", CultureInfo.InvariantCulture)}",
        influence.TrueLabel is { } truth ? $"{influence.Label}, really {truth}" : influence.Label,
    ];
}
