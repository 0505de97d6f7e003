using System.CommandLine;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Parsing;
using Tessar.Lenses.Data.Evaluation.Sanity;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>Checks what scores without errors have to fulfil, whatever their quality; trains nothing.</summary>
internal sealed class EvaluateSanityCommand : TessarCommand
{
    private readonly KnownMethods _known;
    private readonly Argument<string> _runs;
    private readonly Setting<string> _method;
    private readonly Setting<string> _train;
    private readonly Setting<string> _targets;
    private readonly Setting<int> _top;
    private readonly Setting<int> _copies;
    private readonly Setting<int> _ensemble;

    public EvaluateSanityCommand(KnownMethods known)
        : base(
            "sanity", "Checks of scores that cost no training: untrained weights, classes, variety, copies",
            CommandTable.LensGroup)
    {
        _known = known;
        _runs = AddArgument(
            "RUN[,RUN…]", "one run, or several of the same program whose scores are averaged", RunCompletion.Names);
        _method = Add(Asking.MethodSetting("sanity", known));
        _train = Add(Asking.TrainSetting("sanity"));
        _targets = Add(Setting.Text(
            "sanity.targets", "--targets", "SPLIT:FROM-TO", "The predictions to look at (default the first 100 test examples)"));
        _top = Add(Setting.Int32(
            "sanity.top", "--top", "K", "Strongest proponents of each target that are counted", 10, 1, 100_000));
        _copies = Add(Setting.Int32("sanity.copies", "--copies", "N", "Training examples that are given twice", 50, 1, 100_000));
        _ensemble = Add(Asking.EnsembleSetting("sanity"));
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`");
        AddExample("evaluate sanity first", "TRAK, the default");
        AddExample("evaluate sanity first --method data/grad-dot --top 5 --json", "Another method, for a script");
    }

    public override Type Result => typeof(SanityAnswer);

    public override bool PassesKeysToMethod => true;

    public override IEnumerable<MethodDescription> Methods() => Asking.Of(_known, "data");

    protected override int Execute(Invocation call)
    {
        MethodJob job = Asking.Job(
            call, "data/sanity", call.Value(_method), call.Value(_runs), ("top", call.Value(_top)),
            ("copies", call.Value(_copies)), ("ensemble", call.Value(_ensemble))) with
        {
            Train = call.Given(_train),
            Targets = call.Given(_targets),
        };
        return Asking.Run(call, job, (_, found) =>
        {
            SanityAnswer result = found.Value<SanityAnswer>() with { Result = found.Kept.DocumentPath };
            call.Print(result, SanityJson.Printing.SanityAnswer, console => Write(console.Profile.Out.Writer, result));
        });
    }

    private static void Write(TextWriter output, SanityAnswer result)
    {
        output.WriteLine($"{result.Method} on {result.Run}: {(result.Passes ? "no check fails" : "a check fails")}.");
        foreach (SanityCheck check in result.Checks)
        {
            string verdict = check.Passes switch { true => "pass", false => "FAIL", null => "–" };
            output.WriteLine(
                $"{verdict,-5}{check.Name}{(check.Measured is { } measured ? $": {measured.Text("0.###")}" : string.Empty)}");
            output.WriteLine($"     expected: {check.Expected}");
            if (check.Note is { } note)
                output.WriteLine($"     {note}");
        }

        output.WriteLine($"Result: {result.Result}");
    }
}
