using System.CommandLine;
using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Native;
using Tessar.Runs;

namespace Tessar.Cli.Commands;

/// <summary>Computes what a run's model answers to some examples.</summary>
internal sealed class PredictCommand : TessarCommand
{
    private const int RowsShown = 20;

    private readonly Argument<string> _run;
    private readonly Option<string> _targets;

    public PredictCommand()
        : base("predict", "Computes a run's logits on some examples and keeps them as safetensors", CommandTable.RunGroup)
    {
        _run = AddArgument("RUN", "a run's name, or the path of its folder", RunCompletion.Names);
        _targets = Add(new Option<string>("--targets")
        {
            Description = "The examples, both ends included",
            HelpName = "SPLIT:FROM-TO",
            Required = true
        });
        AddAcceptChangedModel();
        AddExample("predict demo-1 --targets test:0-99", "The first hundred test images");
        AddExample("predict demo-1 --targets test --json", "All of the test split, for a script");
    }

    public override Type Result => typeof(PredictJson);

    public override GlobalUse Ignored => GlobalUse.Seed;

    protected override int Execute(Invocation call)
    {
        Run opened = call.OpenRun(call.Value(_run));
        using ExampleStore store = opened.OpenExamples();
        ExampleSet examples = ExampleSet.Parse(store, call.Value(_targets)!, opened.OpenLabels(store));
        TorchThreads.Set(call.Threads);
        Predictions predictions = call.Progress.Run(progress =>
            Predictor.Predict(
                opened, examples, checkpoint: null, ProgressTranslation.Predicting(progress, examples.Count), call.Cancellation));
        PredictJson result = PredictJson.Of(opened, examples, predictions);
        call.Print(result, JsonOutput.Printing.PredictJson, console => Write(console, result, examples, predictions));
        return ExitCode.Success;
    }

    private static void Write(IAnsiConsole console, PredictJson result, ExampleSet examples, Predictions predictions)
    {
        Table table = PlainTable.Create("Example", "Label", "Prediction", "Probability", string.Empty);
        table.Columns[3].RightAligned();
        IReadOnlyList<string> classes = examples.Store.ClassNames;
        for (int i = 0; i < Math.Min(RowsShown, predictions.Count); i++)
        {
            int predicted = predictions.Predicted(i);
            table.AddRow(PlainTable.Cells(
                $"{examples.Split}:{examples.First + i}", classes[examples.Label(i)], classes[predicted],
                Quantity.Percent(predictions.Probabilities(i)[predicted]),
                predicted == examples.Label(i) ? string.Empty : "differs"));
        }
        console.Write(table);
        if (predictions.Count > RowsShown)
            console.Line($"… and {Quantity.Count(predictions.Count - RowsShown)} more");
        console.Line();
        console.Line(
            $"{Quantity.Percent(result.Accuracy)} of {Quantity.Count(result.Examples)} as labelled, mean loss "
                + $"{Quantity.Number(result.Loss)}.");
        console.Line($"Logits: {result.Outputs}");
    }
}
