using System.CommandLine;
using System.Diagnostics;
using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;

namespace Tessar.Cli.Commands;

/// <summary>Checks every byte of an example store.</summary>
internal sealed class ExamplesVerifyCommand : TessarCommand
{
    private readonly Argument<string> _data;

    public ExamplesVerifyCommand()
        : base(
            "verify", "Reads an example store to its last byte: checksums, labels, and that every image and text can be decoded",
            CommandTable.DataGroup)
    {
        _data = AddArgument("DATA", "a .tess file, or one of " + string.Join(", ", DataCatalog.Names), _ => DataCatalog.Names);
        AddExample("examples verify mine.tess", "Ends with code 3 and the place of the damage if there is any");
    }

    public override Type Result => typeof(ExamplesVerifyJson);

    public override GlobalUse Ignored => GlobalUse.Seed | GlobalUse.Threads;

    protected override int Execute(Invocation call)
    {
        using ExampleStore store = DataArgument.Open(call, call.Value(_data));
        long start = Stopwatch.GetTimestamp();
        call.Progress.Run(progress =>
        {
            store.Verify(ProgressTranslation.Bytes(progress, store.BytesToVerify), call.Cancellation);
            return true;
        });
        var result = new ExamplesVerifyJson
        {
            Store = store.Path,
            Identity = store.Identity,
            Examples = store.Count,
            Bytes = store.Bytes,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
        call.Print(result, JsonOutput.Printing.ExamplesVerifyJson, console => console.Line(
            $"Every byte is as it was written: {Quantity.Count(result.Examples)} examples, {Quantity.Bytes(result.Bytes)}, "
                + $"identity {result.Identity} ({Quantity.Seconds(result.Seconds)})."));
        return ExitCode.Success;
    }
}
