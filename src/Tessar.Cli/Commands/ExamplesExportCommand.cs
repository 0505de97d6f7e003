using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;

namespace Tessar.Cli.Commands;

/// <summary>Writes an example store in another format.</summary>
internal sealed class ExamplesExportCommand : TessarCommand
{
    private readonly Argument<string> _data;
    private readonly OutputOption _target;
    private readonly Option<string> _format;
    private readonly Option<string> _split;
    private readonly Option<string> _shardSize;

    public ExamplesExportCommand()
        : base(
            "export", $"Writes an example store in another format: {string.Join(", ", Exporter.Formats)}", CommandTable.DataGroup)
    {
        _data = AddArgument("DATA", "a .tess file, or one of " + string.Join(", ", DataCatalog.Names), _ => DataCatalog.Names);
        _target = AddOutput(new OutputOption(
            "--out", "A folder, which gets a file for each split; or one file for one split", "PATH")
        { Required = true });
        _format = Add(
            new Option<string>("--format") { Description = "Format to write", HelpName = "NAME", Required = true },
            [.. Exporter.Formats]);
        _split = Add(new Option<string>("--split") { Description = "Export this split only", HelpName = "NAME" });
        _shardSize = Add(new Option<string>("--shard-size")
        {
            Description = "Begin a new WebDataset shard after so many MiB",
            HelpName = "MIB"
        });
        AddExample(
            "examples export fashion-mnist-mini --format parquet --out fashion/",
            "fashion/train.parquet and fashion/test.parquet");
        AddExample(
            "examples export mine.tess --format webdataset --shard-size 256 --split train --out shards/",
            "shards/train-000000.tar and so on");
    }

    public override Type Result => typeof(ExamplesExportJson);

    public override GlobalUse Ignored => GlobalUse.Seed | GlobalUse.Threads;

    protected override int Execute(Invocation call)
    {
        using ExampleStore store = DataArgument.Open(call, call.Value(_data));
        var options = new ExportOptions
        {
            Split = call.Value(_split),
            ShardBytes = ReadSize(call.Value(_shardSize)),
            Replace = call.Value(Force!)
        };
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<string> files = call.Progress.Run(progress =>
            Exporter.Export(
                store, call.Value(_format)!, call.Value(_target)!, options, ProgressTranslation.Export(progress),
                call.Cancellation));
        var result = new ExamplesExportJson
        {
            Store = store.Path,
            Format = call.Value(_format)!,
            Examples = options.Split is { } name ? store.Split(name).Count : store.Count,
            Files = [.. files.Select(file => new ExportedFileJson { Path = file, Bytes = new FileInfo(file).Length })],
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
        call.Print(result, JsonOutput.Printing.ExamplesExportJson, console =>
        {
            console.Line($"{Quantity.Count(result.Examples)} examples as {result.Format}, {Quantity.Seconds(result.Seconds)}:");
            foreach (ExportedFileJson file in result.Files)
                console.Line($"  {file.Path} ({Quantity.Bytes(file.Bytes)})");
        });
        return ExitCode.Success;
    }

    private static long? ReadSize(string? text)
    {
        if (text is null)
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size) && size is > 0 and < 1L << 40
            ? size << 20
            : throw new TessarException(
                $"`--shard-size` is `{text}`; required is a whole number of MiB, 1 or more: --shard-size 256.", ErrorKind.Usage);
    }
}
