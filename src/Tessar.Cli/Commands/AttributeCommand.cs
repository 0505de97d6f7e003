using System.CommandLine;
using Tessar.Cli.Explanations;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;

namespace Tessar.Cli.Commands;

/// <summary>Finds the training examples behind predictions.</summary>
internal sealed class AttributeCommand : TessarCommand
{
    private const int TargetsShown = 5;

    private readonly Argument<string> runs;
    private readonly Setting<string> method;
    private readonly Setting<string> train;
    private readonly Option<string> targets;
    private readonly Setting<int> top;
    private readonly Setting<int> ensemble;
    private readonly StrongestScores strongest;
    private readonly OutputOption picture;
    private readonly OutputOption report;
    private readonly OutputOption export;
    private readonly Option<bool> rawCells;

    public AttributeCommand()
        : base("attribute", "Finds the training examples that raised or lowered a run's predictions", CommandTable.LensGroup)
    {
        runs = AddArgument("RUN[,RUN…]", "one run, or several of the same program whose scores are averaged", RunCompletion.Names);
        targets = Add(new Option<string>("--targets") { Description = "The predictions to explain, both ends included", HelpName = "SPLIT:FROM-TO", Required = true });
        method = Add(Attributing.MethodSetting("attribute"));
        train = Add(Attributing.TrainSetting("attribute"));
        ensemble = Add(Attributing.EnsembleSetting("attribute"));
        top = Add(Setting.Int32("attribute.top", "--top", "N", "Training examples to keep per target and direction", 10, 1, 100_000));
        strongest = new StrongestScores(Add(StrongestScores.MemorySetting("attribute")), Add(StrongestScores.TopOnlyOption()));
        picture = AddOutput(new OutputOption("--picture", $"Draw the strongest examples: one block per prediction, at most {ContactSheetPage.MostTargets}", "FILE.png", ".png"));
        report = AddOutput(new OutputOption("--report", $"Write a page to read and pass on: images, scores, how they were made; at most {ReportPage.MostTargets} predictions", "FILE.html", ".html", ".htm"));
        export = AddOutput(new OutputOption("--export", $"Write every score as a row of a table: {string.Join(" or ", ScoreExport.Extensions)}", "FILE", ScoreExport.Extensions));
        rawCells = Add(new Option<bool>("--raw-cells") { Description = "Leave names in a .csv as they are; without it one that a spreadsheet would take for a formula gets a ' in front" });
        OnlyWith(rawCells, export);
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`");
        AddExample("attribute demo-1 --targets test:0-9", "By TRAK, the default");
        AddExample("attribute demo-1 --method data/trak --train train:0-1999 --targets test:0-99 --set projection-dimension=8192 --set damping=0.3 --json", "With options, for a script");
        AddExample("attribute a,b,c --targets test:7", "Over three runs");
        AddExample("attribute demo-1 --targets test:0-9 --ensemble 10", "Over ten models of the run's program on random halves of its data: better scores");
        AddExample("attribute demo-1 --targets test:0-9 --picture why.png --report why.html --export scores.parquet", "To look at, to pass on, to work with");
    }

    public override Type Result => typeof(AttributeJson);

    public override bool PassesKeysToMethod => true;

    protected override int Execute(Invocation call)
    {
        ExplanationFiles files = ExplanationFiles.Of(call, picture, report, export, call.Value(rawCells));
        using Attributing work = Attributing.Open(call, call.Value(runs), call.Value(method));
        call.KeepOutputsApart(work.Files);
        work.UseEnsemble(call, call.Value(ensemble));
        ExampleSet examples = work.TrainExamples(call.TryValue(train, out string range) ? range : null);
        ExampleSet explained = work.Examples(call.Value(targets)!);
        (TopAttribution best, AttributionMatrix? matrix, AttributionResult kept) = strongest.Find(call, work, examples, explained, call.Value(top), needsAll: !files.IsNone);
        AttributeJson result = AttributeJson.Of(best, kept, examples, explained);
        if (!files.IsNone)
        {
            result = result with
            {
                Files = files.Write(call, new Explanation
                {
                    Matrix = matrix!,
                    Document = kept.Document,
                    Result = result,
                    Train = examples,
                    Targets = explained,
                    Answers = Predictor.Predict(work.Run, explained, cancellation: call.Cancellation),
                    Validation = Validation.Find(work.Run, kept.Document, call.Value(ensemble)),
                }),
            };
        }

        call.Print(result, JsonOutput.Printing.AttributeJson, console => Write(call, console.Profile.Out.Writer, result, examples, explained));
        return ExitCode.Success;
    }

    private static void Write(Invocation call, TextWriter output, AttributeJson result, ExampleSet examples, ExampleSet explained)
    {
        foreach (TargetJson target in result.Targets.Take(TargetsShown))
        {
            output.WriteLine($"{target.Example}, {target.Label}");
            output.Draw(InfluenceStrip.Lines(call.Style, examples, explained, target));
            output.WriteLine();
        }
        if (result.Targets.Count > TargetsShown)
            output.WriteLine($"… and {Quantity.Count(result.Targets.Count - TargetsShown)} more targets.");
        output.WriteLine(
            $"{result.Method}: {Quantity.Count(result.Examples)} training examples, {Quantity.Count(result.Parameters)} parameters"
            + $"{(result.ProjectionDimension is { } k ? $", projected to {Quantity.Count(k)}" : string.Empty)}; "
            + $"gradients {Quantity.Seconds(result.SecondsFeatures)}, scores {Quantity.Seconds(result.SecondsScoring)}.");
        if (result.SkippedParameters.Count > 0)
            output.WriteLine($"Left out: {string.Join(", ", result.SkippedParameters)}.");
        output.WriteLine(Explanation.UnitsOf(result.Units));
        foreach (SelfCheckJson check in result.Checks)
            output.WriteLine($"Check {check.Name}: {Quantity.Number(check.Value)}{(check.Limit is { } limit ? $", limit {Quantity.Number(limit)}{(check.Holds ? string.Empty : ", exceeded")}" : string.Empty)}. {check.Meaning}");
        foreach (string remark in result.Remarks)
            output.WriteLine(remark);
        output.WriteLine($"{(result.TopOnly is true ? "Strongest scores" : "Scores")}: {result.Scores}");
        foreach (WrittenFileJson file in result.Files ?? [])
        {
            string left = file.TargetsLeftOut > 0 ? $"; {Quantity.Count(file.TargetsLeftOut)} more had no room" : string.Empty;
            output.WriteLine($"{char.ToUpperInvariant(file.Kind[0])}{file.Kind[1..]}: {file.Path} ({Quantity.Count(file.Targets)} {(file.Targets == 1 ? "prediction" : "predictions")}, {Quantity.Bytes(file.Bytes)}{left})");
        }

        output.WriteLine($"In the browser: {call.Suggest("serve")}");
    }
}
