using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;

namespace Tessar.Cli.Commands;

/// <summary>Turns data files into an example store.</summary>
internal sealed class ExamplesImportCommand : TessarCommand
{
    private readonly Argument<string> source;
    private readonly Option<string> target;
    private readonly Option<string> classes;
    private readonly Option<string> limit;
    private readonly Option<bool> force;

    public ExamplesImportCommand()
        : base("import", "Makes an example store (.tess) from a folder of IDX files, gzipped or not", CommandTable.DataGroup)
    {
        source = AddArgument("SOURCE", "folder that holds train-images-idx3-ubyte, train-labels-idx1-ubyte and their t10k- companions");
        target = Add(new Option<string>("--out") { Description = "The store to write", HelpName = "FILE.tess", Required = true });
        classes = Add(new Option<string>("--classes") { Description = "Names of the classes in the order of the labels", HelpName = "A,B,…" });
        limit = Add(new Option<string>("--limit") { Description = "Take only the first examples of a split", HelpName = "train=10000,test=2000" });
        force = Add(new Option<bool>("--force") { Description = "Replace the file if it exists" });
        AddExample("examples import /usr/share/datasets/fashion-mnist --out fashion.tess", "All of Fashion-MNIST");
        AddExample("examples import mnist/ --out mnist.tess --limit train=1000 --classes zero,one,two,three,four,five,six,seven,eight,nine", "The beginning of MNIST, classes named");
    }

    public override Type Result => typeof(ExamplesJson);

    protected override int Execute(Invocation call)
    {
        string path = Path.GetFullPath(call.Value(target)!);
        if (File.Exists(path) && !call.Value(force))
            throw new TessarException($"{path} exists already. Choose another --out, or replace it with --force.", ErrorKind.Usage);
        var options = new IdxImportOptions
        {
            Classes = call.Value(classes)?.Split(',', StringSplitOptions.TrimEntries),
            Limits = ReadLimits(call.Value(limit)),
        };
        long start = Stopwatch.GetTimestamp();
        call.Progress.Run(progress =>
            IdxImporter.Import(call.Value(source), path, options, Translate.Import(progress), call.Cancellation));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using ExampleStore store = ExampleStore.Open(path);
        ExamplesJson result = ExamplesJson.Of(store) with { Seconds = seconds };
        call.Print(result, JsonOutput.Printing.ExamplesJson, console =>
        {
            console.WriteLine($"{Quantity.Count(store.Count)} examples in {path} ({Quantity.Bytes(result.Bytes)}), {Quantity.Seconds(seconds)}.");
            console.WriteLine($"Look inside: {CommandLine.ProgramName} examples show {call.Value(target)}");
        });
        return ExitCode.Success;
    }

    private static Dictionary<string, long> ReadLimits(string? text)
    {
        var limits = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string part in (text ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is not [{ Length: > 0 } split, var number]
                || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long count) || !limits.TryAdd(split, count))
                throw new TessarException($"`--limit` is `{text}`; required is each split at most once with a whole number: --limit train=10000,test=2000.", ErrorKind.Usage);
        }
        return limits;
    }
}
