using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Named;

namespace Tessar.Cli.Commands;

/// <summary>Turns data files into an example store.</summary>
internal sealed class ExamplesImportCommand : TessarCommand
{
    private readonly Argument<string> _source;
    private readonly OutputOption _target;
    private readonly Option<string> _format;
    private readonly Option<string> _image;
    private readonly Option<string> _label;
    private readonly Option<string> _classes;
    private readonly Option<string> _size;
    private readonly Option<string> _split;
    private readonly Option<string> _splits;
    private readonly Option<string> _limit;
    private readonly Option<string> _fill;
    private readonly Option<bool> _skipBad;
    private readonly Option<bool> _skipUnknown;
    private readonly Option<string> _columns;
    private readonly Option<string> _classCase;

    public ExamplesImportCommand()
        : base(
            "import", $"Makes an example store (.tess) from other files: {string.Join(", ", Importer.Formats)}",
            CommandTable.DataGroup)
    {
        _source = AddArgument(
            "SOURCE", "a file or folder; train=A,test=B for a file to each split; shard-{000..003}.tar for several files");
        _target = AddOutput(new OutputOption("--out", "The store to write", "FILE.tess", ".tess") { Required = true });
        _format = Add(
            new Option<string>("--format")
            {
                Description = "Format of the source (default: told by its content)",
                HelpName = "NAME"
            }, [.. Importer.Formats]);
        _image = Add(new Option<string>("--image")
        {
            Description = "Column of the pictures (default: image, img, jpg, png, x, …)",
            HelpName = "COLUMN"
        });
        _label = Add(new Option<string>("--label")
        {
            Description =
                "Column of the classes: numbers, names or one-hot rows; json.label is a field of JSON (default: label, cls, y, "
                    + "target, …)",
            HelpName = "COLUMN"
        });
        _columns = Add(new Option<string>("--columns")
        {
            Description = "Columns to import beside those (default: all that a store can hold)",
            HelpName = "A,B,…"
        });
        _classes = Add(new Option<string>("--classes")
        {
            Description = "Names of the classes in the order of the labels",
            HelpName = "A,B,…"
        });
        _classCase = Add(
            new Option<string>("--class-case")
            {
                Description =
                    "Classes that differ by upper and lower case alone: merge makes them one, keep leaves them (default: that's "
                        + "an error)",
                HelpName = "CHOICE"
            }, "merge", "keep");
        _size = Add(new Option<string>("--size")
        {
            Description = "Bring all pictures to one size and store their pixels",
            HelpName = "HxW"
        });
        _split = Add(new Option<string>("--split")
        {
            Description = "Name of the split, when the source has one only (default train)",
            HelpName = "NAME"
        });
        _splits = Add(new Option<string>("--splits")
        {
            Description = "Cut a source of one split into these, in the order of its rows (a folder within each class); "
                + "* is the rest",
            HelpName = "train=50000,test=*"
        });
        _limit = Add(new Option<string>("--limit")
        {
            Description = "Take only the first examples of a split",
            HelpName = "train=10000,test=2000"
        });
        _fill = Add(new Option<string>("--fill")
        {
            Description = "The number to put where a table has no value (default: that's an error)",
            HelpName = "VALUE"
        });
        _skipBad = Add(new Option<bool>("--skip-bad")
        {
            Description = "Leave out pictures that can't be decoded; their names are kept in the store"
        });
        _skipUnknown = Add(new Option<bool>("--skip-unknown")
        {
            Description =
                "Leave out files and members of archives that can't be imported; how many of each kind is kept in the store"
        });
        AddExample("examples import /usr/share/datasets/fashion-mnist --out fashion.tess", "All of Fashion-MNIST");
        AddExample(
            "examples import mnist/ --out mnist.tess --limit train=1000 --classes "
                + "zero,one,two,three,four,five,six,seven,eight,nine", "The beginning of MNIST, classes named");
        AddExample(
            "examples import photos/ --out photos.tess --size 64x64 --skip-bad", "A folder of pictures, one sub-folder a class");
        AddExample(
            "examples import train=a.npz,test=b.npz --out digits.tess --image pixels --label digit",
            "A file for each split, columns named");
        AddExample("examples import 'shards/train-{000..099}.tar' --out web.tess", "WebDataset shards");
    }

    public override Type Result => typeof(ExamplesJson);

    public override GlobalUse Ignored => GlobalUse.Seed | GlobalUse.Threads;

    protected override int Execute(Invocation call)
    {
        string path = call.Output(_target)!;
        var options = new ImportOptions
        {
            Format = call.Value(_format),
            Image = call.Value(_image),
            Label = call.Value(_label),
            Classes = call.Value(_classes)?.Split(',', StringSplitOptions.TrimEntries),
            Columns = call.Value(_columns)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            ClassCase = ReadClassCase(call.Value(_classCase)),
            Size = ReadSize(call.Value(_size)),
            Split = call.Value(_split),
            Splits = [.. ReadCounts("--splits", call.Value(_splits), isRestAllowed: true)],
            Limits = ReadCounts("--limit", call.Value(_limit), isRestAllowed: false)
                .ToDictionary(entry => entry.Key, entry => entry.Value!.Value, StringComparer.Ordinal),
            Fill = ReadNumber(call.Value(_fill)),
            SkipBad = call.Value(_skipBad),
            SkipUnknown = call.Value(_skipUnknown),
        };
        long start = Stopwatch.GetTimestamp();
        call.Progress.Run(progress =>
            Importer.Import(call.Value(_source), path, options, ProgressTranslation.Import(progress), call.Cancellation));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using ExampleStore store = ExampleStore.Open(path);
        ExamplesJson result = ExamplesJson.Of(store) with { Seconds = seconds };
        call.Print(result, JsonOutput.Printing.ExamplesJson, console =>
        {
            string skipped = result.Skipped is { } count
                ? $", {Quantity.Count(count)} left out because they can't be decoded"
                : string.Empty;
            console.Line(
                $"{Quantity.Count(store.Count)} examples in {path} ({Quantity.Bytes(result.Bytes)}), "
                    + $"{Quantity.Seconds(seconds)}{skipped}.");
            foreach (string line in LeftOutText.Lines(result))
                console.Line(line);
            console.Line($"Look inside: {CommandLine.ProgramName} examples show {call.Value(_target)}");
        });
        return ExitCode.Success;
    }

    private static ClassCase ReadClassCase(string? text) =>
        text is null ? ClassCase.Refuse : Words.Read("--class-case", text, ClassCase.Merge, ClassCase.Keep);

    private static List<KeyValuePair<string, long?>> ReadCounts(string option, string? text, bool isRestAllowed)
    {
        var counts = new List<KeyValuePair<string, long?>>();
        foreach (string part in (text ?? string.Empty)
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = part.Split('=');
            bool isRest = isRestAllowed && sides is [_, "*"];
            long count = 0;
            if (sides is not [{ Length: > 0 } split, var number] || counts.Exists(entry => entry.Key == split)
                || (!isRest && !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out count)))
                throw new TessarException(
                    $"`{option}` is `{text}`; required is each split at most once with a whole number: {option} "
                        + $"train=10000,test=2000.", ErrorKind.Usage);
            counts.Add(new(split, isRest ? null : count));
        }
        return counts;
    }

    private static (int Height, int Width)? ReadSize(string? text)
    {
        if (text is null)
            return null;
        return text.Split('x') is [var high, var wide]
            && int.TryParse(high, NumberStyles.None, CultureInfo.InvariantCulture, out int height) && height > 0
            && int.TryParse(wide, NumberStyles.None, CultureInfo.InvariantCulture, out int width) && width > 0
            ? (height, width)
            : throw new TessarException($"`--size` is `{text}`; required are height and width: --size 64x64.", ErrorKind.Usage);
    }

    private static double? ReadNumber(string? text)
    {
        if (text is null)
            return null;
        return NumberText.TryDouble(text, out double number)
            ? number
            : throw new TessarException($"`--fill` is `{text}`; required is a number: --fill 0.", ErrorKind.Usage);
    }
}
