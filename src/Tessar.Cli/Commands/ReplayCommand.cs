using System.CommandLine;
using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Runs;
using Tessar.Training;

namespace Tessar.Cli.Commands;

/// <summary>Trains a run once more from its record and compares the bits.</summary>
internal sealed class ReplayCommand : TessarCommand
{
    private const int HashShown = 12;

    private readonly Argument<string> _run;

    public ReplayCommand()
        : base(
            "replay", "Trains a run once more from its run.json and compares the weights at every checkpoint, bit for bit",
            CommandTable.RunGroup)
    {
        _run = AddArgument("RUN", "a run's name, or the path of its folder", RunCompletion.Names);
        AddAcceptChangedModel();
        AddExample("replay demo-1", "The run stays as it is; a line for each checkpoint");
        AddExample("replay demo-1 --json", "bitEqual is true or false");
    }

    public override Type Result => typeof(ReplayJson);

    protected override int Execute(Invocation call)
    {
        if (call.GivenSeedAndThreads().FirstOrDefault() is { } other)
            throw new TessarException(
                $"`{other}` can't be given to replay: the run's own program is trained again. Leave it out.", ErrorKind.Usage);
        Run opened = call.OpenRun(call.Value(_run));
        RunReplay replay = call.Progress.Run(progress =>
            Trainer.Replay(opened, ProgressTranslation.Training(progress), call.Cancellation));
        call.Print(ReplayJson.Of(opened, replay), JsonOutput.Printing.ReplayJson, console => Write(console, replay));
        return replay.IsBitEqual ? ExitCode.Success : ExitCode.CheckFailed;
    }

    private static void Write(IAnsiConsole console, RunReplay replay)
    {
        Table table = PlainTable.Create("Step", "Epoch", "Recorded", "Replayed", string.Empty);
        table.Columns[0].RightAligned();
        table.Columns[1].RightAligned();
        foreach (ReplayedCheckpoint checkpoint in replay.Checkpoints)
        {
            table.AddRow(PlainTable.Cells(
                Quantity.Count(checkpoint.Step), Quantity.Count(checkpoint.Epoch), checkpoint.Recorded[..HashShown],
                checkpoint.Found[..HashShown],
                checkpoint.IsEqual ? "equal" : "differs"));
        }
        console.Write(table);
        console.Line();
        if (replay.IsBitEqual)
        {
            string metrics = replay.FirstDifferentStep is { } step
                ? $"but the metrics differ from step {Quantity.Count(step)} on"
                : $"and so are the {Quantity.Count(replay.MetricRows)} rows of metrics";
            console.Line(
                $"{replay.Run} is bit-equal at {Quantity.Count(replay.Checkpoints.Count)} checkpoints, {metrics} "
                    + $"({Quantity.Seconds(replay.Seconds)}).");
            return;
        }
        string where = replay.FirstDifferentStep is { } first
            ? $": its metrics differ from step {Quantity.Count(first)} on"
            : string.Empty;
        console.Line($"{replay.Run} isn't bit-equal{where}.");
        console.Line(replay.Differences.Count > 0
            ? $"What bits depend on has changed: {string.Join("; ", replay.Differences)}."
            : "Versions and processor are those of the record, so the record, the data's order or the model's code must have "
            + "changed.");
    }
}
