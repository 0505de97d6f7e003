using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Runs;
using Argument = System.CommandLine.Argument<string>;

namespace Tessar.Cli.Commands;

/// <summary>Shows one run: what was run, how it went, what has been asked about it.</summary>
internal sealed class ShowCommand : TessarCommand
{
    private readonly Argument _run;

    public ShowCommand()
        : base("show", "Shows one run: program, accuracy, checkpoints, results", CommandTable.RunGroup)
    {
        _run = AddArgument("RUN", "a run's name, or the path of its folder", RunCompletion.Names);
        AddExample("show demo-1", "The first demo");
        AddExample("show demo-1 --json", "All of it, with the metrics, for a script");
    }

    public override Type Result => typeof(ShowJson);

    public override GlobalUse Ignored => GlobalUse.Seed | GlobalUse.Threads;

    protected override int Execute(Invocation call)
    {
        Run opened = Run.Open(RunCatalog.Resolve(call.Value(_run), call.Runs));
        var result = ShowJson.Of(opened);
        call.Print(result, JsonOutput.Printing.ShowJson, console => Write(console, opened, result));
        return ExitCode.Success;
    }

    private static void Write(IAnsiConsole console, Run run, ShowJson result)
    {
        console.Write(PlainTable.OfFacts(Facts(run, result)));
        MetricRow[] epochs = [.. result.Metrics.Where(row => row.TestLoss is not null)];
        if (epochs.Length > 0)
        {
            console.Line();
            Table table = PlainTable.Create("Epoch", "Step", "Test loss", "Test accuracy", "After");
            foreach (TableColumn column in table.Columns)
                column.RightAligned();
            foreach (MetricRow row in epochs)
            {
                table.AddRow(PlainTable.Cells(
                    Quantity.Count(row.Epoch), Quantity.Count(row.Step), Quantity.Number(row.TestLoss),
                    Quantity.Percent(row.TestAccuracy), Quantity.Seconds(row.Seconds)));
            }
            console.Write(table);
        }
        if (result.Results.Count > 0)
        {
            console.Line();
            Table table = PlainTable.Create("Result", "Made", "Folder");
            foreach (ShownResult recorded in result.Results)
                table.AddRow(PlainTable.Cells(
                    WhatOf(recorded), recorded.Created is { } made ? Quantity.Moment(made) : "–", recorded.Directory));
            console.Write(table);
            foreach (ShownResult recorded in result.Results)
            {
                if ((recorded.Error
                    ?? (recorded.Stale is { } stale
                    ? $"{WhatOf(recorded)} in {recorded.Directory} is stale: {stale}"
                    : null)) is { } line)
                    console.Line(line);
            }
        }
    }

    // What was asked, and of which method where that isn't plain.
    private static string WhatOf(ShownResult recorded) =>
        recorded.Question == recorded.Method || !recorded.Question.Contains('/', StringComparison.Ordinal)
            ? recorded.Method
            : $"{recorded.Question} of {recorded.Method}";

    private static IEnumerable<(string, string)> Facts(Run run, ShowJson result)
    {
        RunRecord record = run.Record;
        TrainingProgram program = record.Program;
        yield return ("Run", $"{result.Run}, {result.Status}, started {Quantity.Moment(record.Created)}");
        if (record.Failure is { } failure)
            yield return ("Failed", failure);
        yield return ("Folder", result.Directory);
        yield return ("Model", $"{program.Model}, {Quantity.Count(program.Parameters)} parameters");
        if (program.Task is { } task)
            yield return ("Task", task);
        if (record.Identity?.Unregistered is { Count: > 0 } unregistered)
            yield return ("Unsaved", $"{string.Join(", ", unregistered)}: not registered, built anew from the seed");
        if (run.Lacks is { } lacks)
            yield return ("Lacks", lacks);
        yield return ("Data", $"{program.Data.Name}: {program.Data.Train}, tested on {program.Data.Test}");
        if (program.Mask is { } mask)
            yield return ("Mask", $"{Quantity.Count(mask.Examples)} of them trained on");
        if (program.Labels is { } labels)
            yield return (
                "Labels",
                $"{Quantity.Count(labels.Edits)} of `{labels.Split}` changed on purpose ({Quantity.Percent(labels.Fraction)}, "
                    + $"seed {labels.Seed})");
        if (program is { Epochs: { } epochs, BatchSize: { } batch })
            yield return ("Program", $"{Quantity.Count(epochs)} epochs, batches of {Quantity.Count(batch)}, seed {program.Seed}");
        if (program.LastBatch is { } last)
            yield return ("Last batch", last == "merge" ? "merged into the one before" : "dropped");
        if (program.Feed is { } feed)
            yield return (
                "Fed",
                $"{(feed.ChannelsFirst ? "contiguous batches" : "batches")}{(feed.Copies ? ", a copy of each" : string.Empty)}");
        if (program.Optimizer is { } optimizer)
            yield return ("Optimiser", optimizer.ToString());
        if (program.Schedule is { } schedule)
            yield return ("Schedule", schedule.ToString());
        if (Extras(program) is { Length: > 0 } extras)
            yield return ("Also", extras);
        if (program.Augment is { Count: > 0 } augment)
            yield return ("Augmented", string.Join(", ", augment));
        if (program.Order is { } order)
            yield return ("Order", order.ToString());
        if (record.Final is { } final)
        {
            yield return final is { TrainAccuracy: null, TestAccuracy: null }
                ? ("Loss", $"training {Quantity.Number(final.TrainLoss)}, test {Quantity.Number(final.TestLoss)}")
                : ("Accuracy", $"training {Quantity.Percent(final.TrainAccuracy)}, test {Quantity.Percent(final.TestAccuracy)}");
            foreach ((string name, double value) in final.Others ?? new Dictionary<string, double>(StringComparer.Ordinal))
                yield return (name, Quantity.Number(value));
            yield return ("Time", Quantity.Seconds(final.Seconds));
        }
        RunVersions versions = record.Versions;
        yield return (
            "Made by",
            $"Tessar {versions.Tessar}, TorchSharp {versions.TorchSharp}, libtorch {versions.Libtorch}, .NET {versions.Dotnet}");
        yield return (
            "Machine",
            $"{record.Machine.Processor}, {record.Machine.Threads} of {record.Machine.Cores} processors, {record.Machine.Os}");
        yield return (
            "Checkpoints", record.Checkpoints is { Count: > 0 } all ? $"{all.Count}, the last {all[^1].File}" : "none yet");
    }

    private static string Extras(TrainingProgram program)
    {
        List<string> extras = [];
        if (program.ClipNorm is { } longest)
            extras.Add($"gradients clipped at {Quantity.Number(longest)}");
        if (program.LabelSmoothing is { } share and not 0)
            extras.Add($"labels smoothed by {Quantity.Number(share)}");
        if (program.WeightDecayOn is "weights")
            extras.Add("weight decay on weights only");
        if (program.WeightAverage is { } average)
            extras.Add($"weights averaged: {average}");
        return string.Join(", ", extras);
    }
}
