using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Examples.Images;

namespace Tessar.Cli.Commands;

/// <summary>Shows what is in an example store.</summary>
internal sealed class ExamplesShowCommand : TessarCommand
{
    private const int MostExamples = 1000;

    private readonly Argument<string> _data;
    private readonly Option<bool> _verify;
    private readonly OutputOption _image;
    private readonly Option<int> _count;

    public ExamplesShowCommand()
        : base(
            "show", "Shows what is in an example store: splits, classes, columns, statistics, one picture of each class",
            CommandTable.DataGroup)
    {
        _data = AddArgument("DATA", "a .tess file, or one of " + string.Join(", ", DataCatalog.Names), _ => DataCatalog.Names);
        _verify = Add(new Option<bool>("--verify") { Description = "Read the whole file and compare it with its checksums" });
        _image = AddOutput(new OutputOption(
            "--picture", "Draw a contact sheet: the first examples of each class", "FILE.png", ".png"));
        _count = Add(new Option<int>("--count")
        {
            Description = $"About how many examples the contact sheet shows, 1 to {MostExamples}; 100 if not given",
            HelpName = "N",
            DefaultValueFactory = _ => 100
        });
        OnlyWith(_count, _image);
        AddExample("examples show fashion-mnist-mini", "The data set that comes with Tessar");
        AddExample("examples show fashion-mnist-mini --picture sheet.png", "See the first ten examples of each class");
        AddExample("examples show mine.tess --verify --json", "Check every byte, print as JSON");
    }

    public override Type Result => typeof(ExamplesJson);

    public override GlobalUse Ignored => GlobalUse.Seed | GlobalUse.Threads;

    protected override int Execute(Invocation call)
    {
        if (call.Value(_count) is not (>= 1 and <= MostExamples))
            throw new TessarException(
                $"`--count` is {call.Value(_count)}; required is a whole number from 1 to {MostExamples}.", ErrorKind.Usage);
        string? file = call.Output(_image);
        using ExampleStore store = DataArgument.Open(call, call.Value(_data));
        call.KeepOutputsApart(store.Paths);
        ExamplesJson result = ExamplesJson.Of(store);
        if (call.Value(_verify))
        {
            call.Progress.Run(progress =>
            {
                store.Verify(ProgressTranslation.Bytes(progress, store.BytesToVerify), call.Cancellation);
                return true;
            });
            result = result with { Verified = true };
        }
        if (file is not null)
        {
            (byte[] png, int shown) = ExampleSheet.Draw(store, call.Value(_count));
            AtomicFile.Write(file, stream => stream.Write(png));
            result = result with { Picture = file, PictureExamples = shown };
        }
        call.Print(result, JsonOutput.Printing.ExamplesJson, console => Write(console, call.Style, store, result));
        return ExitCode.Success;
    }

    private static void Write(IAnsiConsole console, TerminalStyle style, ExampleStore store, ExamplesJson result)
    {
        console.Write(PlainTable.OfFacts(Facts(result)));
        foreach (string line in LeftOutText.Lines(result))
            console.Line(line);
        if (result.Picture is { } image)
        {
            console.Line();
            console.Line($"{Quantity.Count(result.PictureExamples ?? 0)} examples drawn in {image}.");
        }
        console.Line();
        Table table = PlainTable.Create(["Class", .. result.Splits.Select(split => split.Name)]);
        for (int c = 0; c < result.Classes.Count; c++)
        {
            int number = c;
            table.AddRow(PlainTable.Cells([
                result.Classes[c],
                .. result.Splits.Select(split => split.ClassCounts is { } counts ? Quantity.Count(counts[number]) : null)
            ]));
        }
        for (int column = 1; column < table.Columns.Count; column++)
            table.Columns[column].RightAligned();
        if (result.Classes.Count > 0)
        {
            console.Write(table);
            console.Line();
        }
        console.Profile.Out.Writer.Draw(ImageStrip.Lines(SomeExamples(store), style));
    }

    private static IEnumerable<(string, string)> Facts(ExamplesJson result)
    {
        yield return (
            "Store",
            $"{result.Store}, {Quantity.Bytes(result.Bytes)}"
                + $"{(result.Verified == true ? ", every byte verified" : string.Empty)}");
        yield return ("Identity", result.Identity);
        yield return (
            "Examples", string.Join(", ", result.Splits.Select(split => $"{Quantity.Count(split.Count)} {split.Name}")));
        foreach (ColumnJson column in result.Columns)
        {
            string shape = column.Shape.Count > 0
                ? $" [{string.Join(" × ", column.Shape)}]"
                : column.Kind == "image" ? " of several sizes" : string.Empty;
            string codec = column.Codec switch
            {
                "raw" => string.Empty,
                "mixed" => ", each raw, JPEG or PNG",
                _ => $", {column.Codec}",
            };
            string size = column.Bytes is { } bytes ? $", {Quantity.Bytes(bytes)}" : string.Empty;
            yield return ($"Column {column.Name}", $"{column.Kind}, {column.Type}{shape}{codec}{size}");
        }
        foreach ((StoreSegment segment, int i) in (result.Segments ?? []).Select((segment, i) => (segment, i)))
            yield return ($"Segment {i + 1}", $"{segment.File}, {segment.Identity}");
        foreach (SplitJson split in result.Splits.Where(split => split.ImageMean is not null))
        {
            yield return ($"Pixels of {split.Name}",
                $"mean {Channels(split.ImageMean!)}, standard deviation {Channels(split.ImageStd!)} (0 is black, 1 is white)");
        }
        yield return ("Made from", string.Join(", ", result.Sources.Select(source => source.Name)));
    }

    private static string Channels(IReadOnlyList<double> values) =>
        string.Join(", ", values.Select(value => value.ToString("0.0000", CultureInfo.InvariantCulture)));

    // The first example of each class, at most ten classes; without classes the first ten.
    private static List<(TerminalImage, IReadOnlyList<string>)> SomeExamples(ExampleStore store)
    {
        var images = new List<(TerminalImage, IReadOnlyList<string>)>();
        bool Has(string name) => store.Manifest.Columns.Any(column => column.Name == name);
        if (store.Splits.FirstOrDefault(split => split.Count > 0) is not { } first || !Has("image"))
            return images;
        var examples = new ExampleSet(store, first.Name, 0, (int)Math.Min(first.Count, 1000));
        if (!Has("label"))
            return [.. Enumerable.Range(0, Math.Min(10, examples.Count))
                .Select(i => (DataArgument.ImageOf(examples, i), (IReadOnlyList<string>)[$"{first.Name}:{i}"]))];
        foreach (int label in Enumerable.Range(0, Math.Min(10, store.ClassNames.Count)))
        {
            int found = Enumerable.Range(0, examples.Count).FirstOrDefault(i => examples.Label(i) == label, -1);
            if (found >= 0)
                images.Add((DataArgument.ImageOf(examples, found), [store.ClassNames[label], $"{first.Name}:{found}"]));
        }
        return images;
    }
}
