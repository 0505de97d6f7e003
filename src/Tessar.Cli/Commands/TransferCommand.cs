using System.CommandLine;
using System.Diagnostics;
using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Lenses.Data.Transfer;
using Tessar.Native;
using Tessar.Runs;

namespace Tessar.Cli.Commands;

/// <summary>Says which source classes help or hurt a target task, with a removal curve against random removal.</summary>
internal sealed class TransferCommand : TessarCommand
{
    private readonly Argument<string> run;
    private readonly Option<string> target;
    private readonly Setting<string> targetTrain;
    private readonly Setting<string> targetTest;
    private readonly Setting<int> models;
    private readonly Setting<double> share;
    private readonly Setting<string> output;
    private readonly Setting<double> penalty;
    private readonly Setting<int> removed;
    private readonly Setting<int> seeds;

    public TransferCommand()
        : base("transfer", "Says which classes of a run's data help or hurt when its program is transferred to another task", CommandTable.LensGroup)
    {
        run = AddArgument("RUN", "a run whose program and data are the source", RunCompletion.Names);
        target = Add(new Option<string>("--target") { Description = "The target task: a .tess file or a name, with pictures of the source's size", HelpName = "DATA", Required = true });
        targetTrain = Add(Setting.Text("transfer.target-train", "--target-train", "SPLIT:FROM-TO", "What the target task is learned from", "train:0-499"));
        targetTest = Add(Setting.Text("transfer.target-test", "--target-test", "SPLIT:FROM-TO", "The targets", "test:0-499"));
        models = Add(Setting.Int32("transfer.models", "--models", "N", "Source models, each on a random set of classes", 100, 3, 1_000_000));
        share = Add(Setting.Number("transfer.share", null, "SHARE", "Share of the classes in each set", 0.5, 0.01, 0.99));
        output = Add(Setting.Text("transfer.output", "--output", "WHAT", "What is looked at: margin or probability of the target's label", "margin", () => ["margin", "probability"]));
        penalty = Add(Setting.Number("transfer.penalty", null, "LAMBDA", "Weight penalty of the linear model on the hidden features", 1e-3, 1e-9, 1e6));
        removed = Add(Setting.Int32("transfer.removed", "--removed", "K", "Most classes to remove in the check; 0 leaves it out", 3, 0, 1000));
        seeds = Add(Setting.Int32("transfer.seeds", "--seeds", "R", "Models for each point of the check", 5, 1, 1000));
        OnlyIf(seeds, call => call.Value(removed) > 0, "without a check: `--removed` is 0");
        AddAcceptChangedModel();
        AddSet("transfer.share=0.5 or transfer.penalty=0.001");
        AddExample("transfer demo-1 --target mine.tess", "A hundred source models, and what removing the worst classes does");
        AddExample("transfer demo-1 --target fashion-mnist-mini --target-train train:9000-9499 --models 200 --removed 0 --json", "Influences only, for a script");
    }

    public override Type Result => typeof(TransferJson);

    protected override int Execute(Invocation call)
    {
        var watch = Stopwatch.StartNew();
        Run source = call.OpenRun(call.Value(run));
        using ExampleStore store = source.OpenExamples();
        using ExampleStore targetStore = DataCatalog.Open(call.Value(target)!);
        if (targetStore.Image != source.Record.Image)
        {
            throw new TessarException(
                $"The pictures of {targetStore.Path} are {targetStore.Image}, those of the run {source.Name} {source.Record.Image}. "
                + "Import the target at the source's size.", ErrorKind.InputData)
            {
                Remedies = [new(RemedyKind.ImportExamples, null, $"{source.Record.Image.Height}x{source.Record.Image.Width}")],
            };
        }

        TransferOutput looked = call.Value(output) switch
        {
            "margin" => TransferOutput.Margin,
            "probability" => TransferOutput.Probability,
            { } other => throw new TessarException($"`--output` is `{other}`; required is margin or probability.", ErrorKind.Usage),
        };
        TorchThreads.Set(call.Threads);
        ExampleSet learned = ExampleSet.Parse(targetStore, call.Value(targetTrain)), asked = ExampleSet.Parse(targetStore, call.Value(targetTest));
        var task = new TargetTask(learned, asked, looked, call.Value(penalty));
        var sources = new SourceModels(call, source, store, task);
        int size = Math.Clamp((int)Math.Round(call.Value(share) * sources.Classes.Count, MidpointRounding.AwayFromZero), 1, sources.Classes.Count - 1);
        bool[][] sets = [.. Enumerable.Range(0, call.Value(models)).Select(m => sources.RandomSet(size, "transfer", m))];
        var tally = new TransferTally(sources.Classes.Count, asked.Count);
        (double[] Outputs, double Accuracy)?[] answers = sources.Answers(sets, 1);
        for (int m = 0; m < sets.Length; m++)
        {
            if (answers[m] is { } answer)
                tally.Add(sets[m], answer.Outputs);
        }

        TransferJson result = TransferJson.Of(source, call.Value(target)!, learned, asked, call.Value(output)!, size, tally, sources.Classes) with
        {
            ModelsFailed = sets.Length - tally.Models,
            MeanAccuracy = answers.Where(a => a is not null).Average(a => a!.Value.Accuracy),
        };
        int[] ranked = [.. result.Classes.OrderByDescending(c => c.Influence ?? double.NegativeInfinity).Select(c => c.Index)];
        result = result with
        {
            Removal = RemovalOf(call, sources, ranked),
            Result = TransferFiles.Folder(source),
            SecondsTraining = sources.SecondsTraining,
            Seconds = watch.Elapsed.TotalSeconds,
        };
        TransferFiles.Save(result, tally, asked.Count);
        if (result.Classes.Any(c => c.Influence is null))
            call.Remark("Some classes were in every model or in none; they have no influence. Use more --models.");
        call.Print(result, JsonOutput.Printing.TransferJson, console => Write(console, result));
        return ExitCode.Success;
    }

    // Accuracy on the target when the k worst, best or random classes are left out of the source.
    private RemovalPointJson[] RemovalOf(Invocation call, SourceModels sources, int[] ranked)
    {
        int most = Math.Min(call.Value(removed), sources.Classes.Count - 1), repeats = call.Value(seeds);
        if (most == 0)
            return [];
        List<bool[]> worst = [.. Enumerable.Range(0, most + 1).Select(k => sources.Without(ranked.TakeLast(k)))];
        List<bool[]> best = [.. Enumerable.Range(1, most).Select(k => sources.Without(ranked.Take(k)))];
        bool[][] random = [.. Enumerable.Range(1, most).SelectMany(k => Enumerable.Range(0, repeats).Select(r => sources.RandomSet(sources.Classes.Count - k, "random removal", r)))];
        double[][] systematic = [.. sources.Answers([.. worst, .. best], repeats).Chunk(repeats).Select(Accuracies)];
        double[][] byChance = [.. sources.Answers(random, 1).Chunk(repeats).Select(Accuracies)];
        return [.. Enumerable.Range(0, most + 1).Select(k => new RemovalPointJson
        {
            Removed = k,
            WorstRemoved = AccuracyJson.Of(systematic[k]),
            BestRemoved = AccuracyJson.Of(k == 0 ? systematic[0] : systematic[most + k]),
            RandomRemoved = AccuracyJson.Of(k == 0 ? systematic[0] : byChance[k - 1]),
        })];

        static double[] Accuracies((double[] Outputs, double Accuracy)?[] answers) => [.. answers.Where(a => a is not null).Select(a => a!.Value.Accuracy)];
    }

    private static void Write(IAnsiConsole console, TransferJson result)
    {
        Table table = PlainTable.Create("Source class", "Influence", "95 % interval", "q", "Models with / without");
        foreach (TransferClassJson c in result.Classes.OrderByDescending(c => c.Influence ?? double.NegativeInfinity))
        {
            table.AddRow(PlainTable.Cells(
                c.Name, Quantity.Number(c.Influence), c.Interval is [var low, var high] ? $"{Quantity.Number(low)} … {Quantity.Number(high)}" : null,
                Quantity.Number(c.QValue), $"{c.With} / {c.Without}"));
        }

        console.Write(table);
        console.Line();
        console.Line($"Influence: change of the mean {result.Output} of {Quantity.Count(result.TargetCount)} targets when the class is in the source; "
            + $"{Quantity.Count(result.Models)} models of {result.ClassesPerModel} classes, mean target accuracy {Quantity.Percent(result.MeanAccuracy)}.");
        if (result.Removal.Count > 0)
        {
            Table curve = PlainTable.Create("Classes removed", "the worst", "the best", "random");
            foreach (RemovalPointJson point in result.Removal)
                curve.AddRow(PlainTable.Cells(Quantity.Count(point.Removed), point.WorstRemoved.Text, point.BestRemoved.Text, point.RandomRemoved.Text));
            console.Line();
            console.Write(curve);
        }

        console.Line();
        console.Line($"Result: {result.Result}");
    }
}
