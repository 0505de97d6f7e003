using System.CommandLine;
using Spectre.Console;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Lenses.Data.Transfer;
using Tessar.Methods;

namespace Tessar.Cli.Commands;

/// <summary>Says which source classes help or hurt a target task, with a removal curve against random removal.</summary>
internal sealed class TransferCommand : TessarCommand
{
    private readonly Argument<string> _run;
    private readonly Option<string> _target;
    private readonly Setting<string> _targetTrain;
    private readonly Setting<string> _targetTest;
    private readonly Setting<int> _models;
    private readonly Setting<double> _share;
    private readonly Setting<string> _output;
    private readonly Setting<double> _penalty;
    private readonly Setting<int> _removed;
    private readonly Setting<int> _seeds;

    public TransferCommand()
        : base(
            "transfer", "Says which classes of a run's data help or hurt when its program is transferred to another task",
            CommandTable.LensGroup)
    {
        _run = AddArgument("RUN", "a run whose program and data are the source", RunCompletion.Names);
        _target = Add(new Option<string>("--target")
        {
            Description = "The target task: a .tess file or a name, with pictures of the source's size",
            HelpName = "DATA",
            Required = true
        });
        _targetTrain = Add(Setting.Text(
            "transfer.target-train", "--target-train", "SPLIT:FROM-TO", "What the target task is learned from", "train:0-499"));
        _targetTest = Add(Setting.Text("transfer.target-test", "--target-test", "SPLIT:FROM-TO", "The targets", "test:0-499"));
        _models = Add(Setting.Int32(
            "transfer.models", "--models", "N", "Source models, each on a random set of classes", 100, 3, 1_000_000));
        _share = Add(Setting.Number("transfer.share", null, "SHARE", "Share of the classes in each set", 0.5, 0.01, 0.99));
        _output = Add(Setting.Text(
            "transfer.output", "--output", "WHAT", "What is looked at: margin or probability of the target's label", "margin",
            () => ["margin", "probability"]));
        _penalty = Add(Setting.Number(
            "transfer.penalty", null, "LAMBDA", "Weight penalty of the linear model on the hidden features", 1e-3, 1e-9, 1e6));
        _removed = Add(Setting.Int32(
            "transfer.removed", "--removed", "K", "Most classes to remove in the check; 0 leaves it out", 3, 0, 1000));
        _seeds = Add(Setting.Int32("transfer.seeds", "--seeds", "R", "Models for each point of the check", 5, 1, 1000));
        OnlyIf(_seeds, call => call.Value(_removed) > 0, "without a check: `--removed` is 0");
        AddAcceptChangedModel();
        AddSet("transfer.share=0.5 or transfer.penalty=0.001");
        AddExample("transfer demo-1 --target mine.tess", "A hundred source models, and what removing the worst classes does");
        AddExample(
            "transfer demo-1 --target fashion-mnist-mini --target-train train:9000-9499 --models 200 --removed 0 --json",
            "Influences only, for a script");
    }

    public override Type Result => typeof(TransferAnswer);

    protected override int Execute(Invocation call)
    {
        string looked = call.Value(_output) is "margin" or "probability"
            ? call.Value(_output) : throw new TessarException(
                $"`--output` is `{call.Value(_output)}`; required is margin or probability.", ErrorKind.Usage);
        MethodJob job = Asking.Job(
            call, "data/transfer", method: null, call.Value(_run), ("target", call.Value(_target)),
            ("target-train", call.Value(_targetTrain)), ("target-test", call.Value(_targetTest)),
            ("models", call.Value(_models)), ("share", call.Value(_share)), ("output", looked), ("penalty", call.Value(_penalty)),
            ("removed", call.Value(_removed)),
            ("seeds", call.Value(_seeds)));
        return Asking.Run(call, job, (_, found) =>
        {
            TransferAnswer result = found.Value<TransferAnswer>() with { Result = found.Kept.Directory };
            call.Print(result, TransferJson.Printing.TransferAnswer, console => Write(console, result));
        });
    }

    private static void Write(IAnsiConsole console, TransferAnswer result)
    {
        Table table = PlainTable.Create("Source class", "Influence", "95 % interval", "q", "Models with / without");
        foreach (TransferClass c in result.Classes.OrderByDescending(c => c.Influence ?? double.NegativeInfinity))
        {
            table.AddRow(PlainTable.Cells(
                c.Name, Quantity.Number(c.Influence),
                c.Interval is [var low, var high] ? $"{Quantity.Number(low)} … {Quantity.Number(high)}" : null,
                Quantity.Number(c.QValue), $"{c.With} / {c.Without}"));
        }

        console.Write(table);
        console.Line();
        console.Line(
            $"Influence: change of the mean {result.Output} of {Quantity.Count(result.TargetCount)} targets when the class is in "
                + $"the source; "
            + $"{Quantity.Count(result.Models)} models of {result.ClassesPerModel} classes, mean target accuracy "
            + $"{Quantity.Percent(result.MeanAccuracy)}.");
        if (result.Removal.Count > 0)
        {
            Table curve = PlainTable.Create("Classes removed", "the worst", "the best", "random");
            foreach (TransferRemovalPoint point in result.Removal)
                curve.AddRow(PlainTable.Cells(
                    Quantity.Count(point.Removed), point.WorstRemoved.Text, point.BestRemoved.Text, point.RandomRemoved.Text));
            console.Line();
            console.Write(curve);
        }

        console.Line();
        console.Line($"Result: {result.Result}");
    }
}
