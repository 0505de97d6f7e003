using Tessar.Cli.Json;
using Tessar.Cli.Terminal;
using Tessar.Examples;

namespace Tessar.Cli.Commands;

/// <summary>Suspicious training pictures with the label they carry and, where it was changed on purpose, the true one.</summary>
internal static class SuspicionStrip
{
    public static void Write(TextWriter output, TerminalStyle style, ExampleSet train, IEnumerable<SuspectJson> suspects)
    {
        (Picture, IReadOnlyList<string>)[] items =
        [
            .. suspects.Select(suspect => (Data.PictureOf(train, suspect.Index), (IReadOnlyList<string>)
            [
                suspect.Example,
                $"labelled {suspect.Label}",
                suspect.TrueLabel is { } truth ? $"planted; is {truth}" : "label of the data set",
            ])),
        ];
        foreach (string line in PictureStrip.Lines(items, style))
            output.WriteLine(line);
    }
}
