using System.Globalization;
using Tessar.Cli.Json;
using Tessar.Cli.Terminal;
using Tessar.Examples;

namespace Tessar.Cli.Commands;

/// <summary>A target beside the training pictures that raised its output, and beneath them those that lowered it.</summary>
internal static class InfluenceStrip
{
    public static void Write(TextWriter output, TerminalStyle style, ExampleSet train, ExampleSet targets, TargetJson target, int count)
    {
        Picture picture = Data.PictureOf(targets, target.Index);
        Strip("pushed away by", target.Opponents);
        Strip("pulled towards by", target.Proponents);

        void Strip(string title, IReadOnlyList<InfluenceJson> influences)
        {
            (Picture, IReadOnlyList<string>)[] items =
            [
                (picture, [target.Example, title]),
                .. influences.Take(count).Select(influence => (Data.PictureOf(train, influence.Index), Captions(influence))),
            ];
            foreach (string line in PictureStrip.Lines(items, style))
                output.WriteLine(line);
        }
    }

    private static IReadOnlyList<string> Captions(InfluenceJson influence) =>
    [
        $"{influence.Example} {influence.Score.ToString("+0.0000;-0.0000", CultureInfo.InvariantCulture)}",
        influence.TrueLabel is { } truth ? $"{influence.Label}, really {truth}" : influence.Label,
    ];
}
