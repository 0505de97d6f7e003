using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Runs;

namespace Tessar.Cli.Commands;

/// <summary>Lists the recorded runs.</summary>
internal sealed class RunsCommand : TessarCommand
{
    public RunsCommand()
        : base("runs", "Lists the recorded runs, the newest first", CommandTable.RunGroup)
    {
        AddExample("runs", "The runs in ./runs");
        AddExample("runs --runs /data/experiments --json", "Those of another folder, for a script");
    }

    public override Type Result => typeof(RunsJson);

    public override GlobalUse Ignored => GlobalUse.Seed | GlobalUse.Threads;

    protected override int Execute(Invocation call)
    {
        IReadOnlyList<RunSummary> runs = RunCatalog.List(call.Runs);
        var result = new RunsJson { Folder = call.Runs, Runs = [.. runs.Select(ListedRun.Of)] };
        call.Print(result, JsonOutput.Printing.RunsJson, console => Write(call, console, result));
        return ExitCode.Success;
    }

    private static void Write(Invocation call, IAnsiConsole console, RunsJson result)
    {
        if (result.Runs.Count == 0)
        {
            console.Line($"No runs in {result.Folder} yet. Make one: {call.Suggest("demo")}");
            return;
        }
        Table table = PlainTable.Create("Name", "Status", "Model", "Data", "Epochs", "Train", "Test", "Time", "Started");
        foreach (int column in (int[])[4, 5, 6, 7])
            table.Columns[column].RightAligned();
        foreach (ListedRun run in result.Runs.Where(run => run.Error is null))
        {
            table.AddRow(PlainTable.Cells(
                run.Name, run.Status, run.Model, run.Data, run.Epochs is { } epochs ? Quantity.Count(epochs) : "–",
                Quantity.Percent(run.TrainAccuracy),
                Quantity.Percent(run.TestAccuracy), run.Seconds is { } seconds ? Quantity.Seconds(seconds) : "–",
                Quantity.Moment(run.Created)));
        }
        console.Write(table);
        foreach (ListedRun run in result.Runs.Where(run => run.Error is not null))
            console.Line($"{run.Name} can't be read: {run.Error}");
    }
}
