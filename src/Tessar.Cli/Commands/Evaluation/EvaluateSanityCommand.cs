using System.CommandLine;
using System.Diagnostics;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>Checks what scores without errors have to fulfil, whatever their quality; trains nothing.</summary>
internal sealed class EvaluateSanityCommand : TessarCommand
{
    private readonly Argument<string> runs;
    private readonly Setting<string> method;
    private readonly Setting<string> train;
    private readonly Setting<string> targets;
    private readonly Setting<int> top;
    private readonly Setting<int> copies;
    private readonly Setting<int> ensemble;

    public EvaluateSanityCommand()
        : base("sanity", "Checks of scores that cost no training: untrained weights, classes, variety, copies", CommandTable.LensGroup)
    {
        runs = AddArgument("RUN[,RUN…]", "one run, or several of the same program whose scores are averaged", RunCompletion.Names);
        method = Add(Attributing.MethodSetting("sanity"));
        train = Add(Attributing.TrainSetting("sanity"));
        targets = Add(Setting.Text("sanity.targets", "--targets", "SPLIT:FROM-TO", "The predictions to look at (default the first 100 test examples)"));
        top = Add(Setting.Int32("sanity.top", "--top", "K", "Strongest proponents of each target that are counted", 10, 1, 100_000));
        copies = Add(Setting.Int32("sanity.copies", "--copies", "N", "Training examples that are given twice", 50, 1, 100_000));
        ensemble = Add(Attributing.EnsembleSetting("sanity"));
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`");
        AddExample("evaluate sanity first", "TRAK, the default");
        AddExample("evaluate sanity first --method data/grad-dot --top 5 --json", "Another method, for a script");
    }

    public override Type Result => typeof(SanityJson);

    public override bool PassesKeysToMethod => true;

    protected override int Execute(Invocation call)
    {
        long start = Stopwatch.GetTimestamp();
        using Attributing work = Attributing.Open(call, call.Value(runs), call.Value(method));
        ExampleSet examples = work.TrainExamples(call.TryValue(train, out string range) ? range : null);
        ExampleSet judged = Judging.Targets(work, call.TryValue(targets, out string chosen) ? chosen : null, most: 100);
        work.UseEnsemble(call, call.Value(ensemble));
        var checks = new SanityChecks(call, work, examples, judged);
        (AttributionMatrix? scores, SanityCheckJson finite) = checks.Finite();
        SanityCheckJson[] all = scores is null ? [finite] :
        [
            finite,
            checks.RandomisedWeights(scores),
            checks.SameClass(scores),
            SanityChecks.Cardinality(scores, call.Value(top)),
            checks.Copies(call.Value(copies)),
        ];
        var result = new SanityJson
        {
            Run = work.Run.Name,
            Method = work.Method.Name,
            Options = work.Options,
            Ensemble = call.Value(ensemble),
            Train = examples.ToString(),
            Targets = judged.ToString(),
            Passes = all.All(check => check.Passes != false),
            Checks = all,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
        result = result with { Result = EvaluationFiles.Save(result, JsonOutput.Printing.SanityJson, work.Run, "sanity", result with { Seconds = 0 }) };
        call.Print(result, JsonOutput.Printing.SanityJson, console => Write(console.Profile.Out.Writer, result));
        return ExitCode.Success;
    }

    private static void Write(TextWriter output, SanityJson result)
    {
        output.WriteLine($"{result.Method} on {result.Run}: {(result.Passes ? "no check fails" : "a check fails")}.");
        foreach (SanityCheckJson check in result.Checks)
        {
            string verdict = check.Passes switch { true => "pass", false => "FAIL", null => "–" };
            output.WriteLine($"{verdict,-5}{check.Name}{(check.Measured is { } measured ? $": {measured.Text("0.###")}" : string.Empty)}");
            output.WriteLine($"     expected: {check.Expected}");
            if (check.Note is { } note)
                output.WriteLine($"     {note}");
        }

        output.WriteLine($"Result: {result.Result}");
    }
}
