using System.CommandLine;
using Tessar.Cli.Explanations;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;

namespace Tessar.Cli.Commands.Lenses;

/// <summary>Attributions as pictures: the training images behind each prediction, a contact sheet, a page, a table.</summary>
[RendererOf("data")]
internal sealed class DataRenderer : AnswerRenderer
{
    private const int TargetsShown = 5;

    private readonly OutputOption _picture = new(
        "--picture", $"Draw the strongest examples: one block per prediction, at most {ContactSheetPage.MostTargets}", "FILE.png",
        ".png");
    private readonly OutputOption _report = new(
        "--report",
        $"Write a page to read and pass on: images, scores, how they were made; at most {ReportPage.MostTargets} predictions",
        "FILE.html", ".html", ".htm");
    private readonly OutputOption _export = new(
        "--export", $"Write every score as a row of a table: {string.Join(" or ", ScoreExport.Extensions)}", "FILE",
        ScoreExport.Extensions);
    private readonly Option<bool> _rawCells = new("--raw-cells")
    {
        Description =
            "Leave names in a .csv as they are; without it one that a spreadsheet would take for a formula gets a ' in front",
    };

    public override Type Result => typeof(AttributeJson);

    public override string MethodHelp => "How to attribute";

    public override string MemoryHelp => "Memory that large arrays may take together; scores that don't fit are streamed";

    public override void AddTo(QuestionCommand command)
    {
        command.WriteTo(_picture);
        command.WriteTo(_report);
        command.WriteTo(_export);
        command.AddOption(_rawCells);
        command.MeaningfulOnlyWith(_rawCells, _export);
    }

    public override IEnumerable<(string Line, string Meaning)> ExamplesOf(QuestionDescription question, string usual) =>
    [
        ("attribute demo-1 --targets test:0-9", "By TRAK, the default"),
        ("attribute demo-1 --method data/trak --train train:0-1999 --targets test:0-99 --set projection-dimension=8192 --set "
            + "damping=0.3 --json", "With options, for a script"),
        ("attribute a,b,c --targets test:7", "Over three runs"),
        ("attribute demo-1 --targets test:0-9 --ensemble 10", "Over ten models of the run's program on random halves of its "
            + "data: better scores"),
        ("attribute demo-1 --targets test:0-9 --picture why.png --report why.html --export scores.parquet", "To look at, to pass "
            + "on, to work with"),
    ];

    // A picture, report or table needs every score.
    public override IEnumerable<(string Name, object? Value)> Settings(Invocation call) => IsWriting(call) ? [("all", true)] : [];

    public override Action<Inquiry, MethodResult> Prepare(Invocation call, QuestionCommand command)
    {
        ExplanationFiles files = ExplanationFiles.Of(call, _picture, _report, _export, call.Value(_rawCells));
        if (IsWriting(call) && call.GivenOptions().Contains("--top-only", StringComparer.Ordinal))
            throw new TessarException(
                "--picture, --report and --export need every score, --top-only keeps the strongest. Leave one of them out.",
                ErrorKind.Usage);
        return (inquiry, result) => Print(call, files, inquiry, result);
    }

    private bool IsWriting(Invocation call) => call.IsGiven(_picture) || call.IsGiven(_report) || call.IsGiven(_export);

    private static void Print(Invocation call, ExplanationFiles files, Inquiry inquiry, MethodResult found)
    {
        Attribution attribution = found.Value<Attribution>();
        var kept = AttributionResult.Of(found.Kept);
        ExampleSet train = inquiry.Train(), targets = inquiry.Targets();
        AttributeJson result = AttributeJson.Of(attribution.Strongest, kept, train, targets);
        if (!files.IsNone)
        {
            result = result with
            {
                Files = files.Write(call, new Explanation
                {
                    Matrix = attribution.All!,
                    Document = kept.Document,
                    Result = result,
                    Train = train,
                    Targets = targets,
                    Answers = Predictor.Predict(inquiry.Run, targets, cancellation: call.Cancellation),
                    Validation = Validation.Find(inquiry.Run, kept.Document, EnsembleOf(kept)),
                }),
            };
        }

        call.Print(
            result, JsonOutput.Printing.AttributeJson,
            console => Write(call, console.Profile.Out.Writer, result, train, targets));
    }

    private static int EnsembleOf(AttributionResult kept) =>
        kept.Kept.Document.Job.Settings.TryGetValue("ensemble", out string? count)
            ? int.Parse(count, System.Globalization.CultureInfo.InvariantCulture)
            : 0;

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
            $"{result.Method}: {Quantity.Count(result.Examples)} training examples, {Quantity.Count(result.Parameters)} "
                + $"parameters"
            + $"{(result.ProjectionDimension is { } k ? $", projected to {Quantity.Count(k)}" : string.Empty)}; "
            + $"gradients {Quantity.Seconds(result.SecondsFeatures)}, scores {Quantity.Seconds(result.SecondsScoring)}.");
        if (result.SkippedParameters.Count > 0)
            output.WriteLine($"Left out: {string.Join(", ", result.SkippedParameters)}.");
        output.WriteLine(Explanation.UnitsOf(result.Units));
        foreach (SelfCheckJson check in result.Checks)
            output.WriteLine(
                $"Check {check.Name}: "
                    + $"{Quantity.Number(check.Value)}{(check.Limit is { } limit ? $", limit {Quantity.Number(limit)}{(check.Holds ? string.Empty : ", exceeded")}" : string.Empty)}. {check.Meaning}");
        foreach (string remark in result.Remarks)
            output.WriteLine(remark);
        output.WriteLine($"{(result.TopOnly is true ? "Strongest scores" : "Scores")}: {result.Scores}");
        foreach (WrittenFileJson file in result.Files ?? [])
        {
            string left = file.TargetsLeftOut > 0 ? $"; {Quantity.Count(file.TargetsLeftOut)} more had no room" : string.Empty;
            output.WriteLine(
                $"{char.ToUpperInvariant(file.Kind[0])}{file.Kind[1..]}: {file.Path} ({Quantity.Count(file.Targets)} "
                    + $"{(file.Targets == 1 ? "prediction" : "predictions")}, {Quantity.Bytes(file.Bytes)}{left})");
        }

        output.WriteLine($"In the browser: {call.Suggest("serve")}");
    }
}
