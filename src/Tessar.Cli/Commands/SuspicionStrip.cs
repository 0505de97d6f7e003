using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;

namespace Tessar.Cli.Commands;

/// <summary>Suspicious training pictures with the label they carry and, where it was changed on purpose, the true one.</summary>
internal static class SuspicionStrip
{
    private const int Wanted = 10;

    /// <summary>How many pictures fit.</summary>
    public static int Count(TerminalStyle style, ExampleSet train) =>
        ImageStrip.Fitting(Math.Min(Wanted, train.Count), DataArgument.ImageOf(train, 0).Width, rows: 3, style);

    public static IEnumerable<string> Lines(TerminalStyle style, ExampleSet train, IEnumerable<Suspect> suspects)
    {
        (TerminalImage, IReadOnlyList<string>)[] items =
        [
            .. suspects.Select(suspect => (DataArgument.ImageOf(train, suspect.Index), (IReadOnlyList<string>)
            [
                suspect.Example,
                $"labelled {suspect.Label}",
                suspect.TrueLabel is { } truth ? $"planted; is {truth}" : "label of the data set",
            ])),
        ];
        return ImageStrip.Lines(items, style);
    }
}
