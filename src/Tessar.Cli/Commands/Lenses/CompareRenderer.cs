using System.CommandLine;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Lenses.Data.Comparison;
using Tessar.Methods;

namespace Tessar.Cli.Commands;

/// <summary>Says how two training recipes differ in what they use of the data.</summary>
internal sealed class CompareCommand : TessarCommand
{
    private const int ShownPerSide = 6;

    private readonly KnownMethods _known;
    private readonly Argument<string> _first;
    private readonly Argument<string> _second;
    private readonly Setting<string> _method;
    private readonly Setting<string> _train;
    private readonly Setting<string> _targets;
    private readonly Setting<int> _models;
    private readonly Setting<int> _directions;
    private readonly Setting<int> _top;
    private readonly Setting<double> _level;
    private readonly Option<bool> _rawRows;
    private readonly Option<string> _patch;
    private readonly Option<string> _patchClass;
    private readonly Setting<double> _delta;
    private readonly Setting<double> _epsilon;

    public CompareCommand(KnownMethods known)
        : base(
            "compare",
            "Says how two recipes differ in the training data they use: directions, their examples, a counterfactual check",
            CommandTable.LensGroup)
    {
        _known = known;
        _first = AddArgument("RUN_A", "a run of one recipe, or several separated by commas", RunCompletion.Names);
        _second = AddArgument("RUN_B", "a run of the other recipe, on the same examples in the same order", RunCompletion.Names);
        _method = Add(Asking.MethodSetting("compare", known));
        _train = Add(Asking.TrainSetting("compare"));
        _targets = Add(Setting.Text(
            "compare.targets", "--targets", "SPLIT:FROM-TO",
            "The predictions to compare on, of RUN_A's data (default its first 500 test examples)"));
        _models = Add(Setting.Int32(
            "compare.models", "--models", "N", "Models of each recipe, trained from other seeds; 0 takes the runs as they are", 5,
            0, 1000));
        _directions = Add(Setting.Int32(
            "compare.directions", "--directions", "N", "Directions of each recipe to list", 3, 1, 100));
        _top = Add(Setting.Int32(
            "compare.top", "--top", "N", "Training examples and queries to keep at each end of a direction", 10, 1, 100_000));
        _level = Add(Setting.Number(
            "compare.level", "--level", "P", "Largest p with which recipes count as different", 0.05, 1e-6, 0.5));
        _rawRows = Add(new Option<bool>("--raw-rows")
        {
            Description = "Let targets with larger scores count more; without it every target counts alike"
        });
        _patch = Add(new Option<string>("--patch")
        {
            Description = "Counterfactual check: put this rectangle over the targets and compare the margins",
            HelpName = "WxH@X,Y=GREY"
        });
        _patchClass = Add(new Option<string>("--patch-class")
        {
            Description = "Whose margin the check looks at (default each target's own class)",
            HelpName = "CLASS"
        });
        _delta = Add(Setting.Number(
            "compare.delta", null, "MARGIN", "Effect in one recipe from which the check counts it as real", 0.5, 0, 1e6));
        _epsilon = Add(Setting.Number(
            "compare.epsilon", null, "MARGIN", "Largest effect in the other recipe with which the check still distinguishes", 0.5,
            0, 1e6));
        OnlyWith(_patchClass, _patch);
        OnlyWith(_delta, _patch);
        OnlyWith(_epsilon, _patch);
        AddAcceptChangedModel();
        AddSet(
            $"An option of the method; see `{CommandLine.ProgramName} methods NAME`; compare.delta=0.5 and compare.epsilon=0.5 "
                + $"are the check's limits");
        AddExample("compare plain augmented", "Five models of each recipe, TRAK, and whether the recipes differ at all");
        AddExample(
            "compare with-patch without --targets test:0-499 --patch 4x4@0,0=255 --json",
            "With a counterfactual check, for a script");
    }

    public override Type Result => typeof(CompareAnswer);

    public override bool PassesKeysToMethod => true;

    public override IEnumerable<MethodDescription> Methods() => Asking.Of(_known, "data");

    protected override int Execute(Invocation call)
    {
        if (call.IsGiven(_models) && Asking.Split(call.Value(_first)).Count > 1 && Asking.Split(call.Value(_second)).Count > 1)
            throw new TessarException(
                "`--models` has no effect where both recipes name several runs, which stand for them; leave it out.",
                ErrorKind.Usage);
        MethodJob job = Asking.Job(
            call, "data/compare", call.Value(_method), call.Value(_first), ("models", call.Value(_models)),
            ("directions", call.Value(_directions)), ("top", call.Value(_top)),
            ("level", call.Value(_level)), ("raw-rows", call.Value(_rawRows)), ("patch", call.Value(_patch)),
            ("patch-class", call.Value(_patchClass)),
            ("delta", call.Value(_delta)), ("epsilon", call.Value(_epsilon))) with
        {
            Against = Asking.Split(call.Value(_second)),
            Train = call.Given(_train),
            Targets = call.Given(_targets),
        };
        return Asking.Run(call, job, (_, found) =>
        {
            CompareAnswer result = found.Value<CompareAnswer>() with { Result = found.Kept.Directory };
            call.Print(result, ComparisonJson.Printing.CompareAnswer, console => Write(console.Profile.Out.Writer, result));
        });
    }

    private static void Write(TextWriter output, CompareAnswer result)
    {
        output.WriteLine(result.Summary);
        WriteSide(output, result.A, result.B, result.DirectionsOfA);
        WriteSide(output, result.B, result.A, result.DirectionsOfB);
        if (result.Check is { } check)
        {
            output.WriteLine();
            output.WriteLine(check.Summary);
        }

        output.WriteLine();
        output.WriteLine($"Result: {result.Result}");
    }

    private static void WriteSide(TextWriter output, string own, string other, IReadOnlyList<DirectionAnswer> directions)
    {
        foreach (DirectionAnswer direction in directions)
        {
            output.WriteLine();
            output.WriteLine(
                $"Used by {own}, not by {other}: direction {direction.Index + 1}, {Quantity.Percent(direction.Share)} of the "
                    + $"difference; "
                + $"variance {Quantity.Number(direction.Variance)} there, {Quantity.Number(direction.VarianceInOther)} in "
                + $"{other}.");
            output.WriteLine($"  train +  {Names(direction.TrainPositive)}");
            output.WriteLine($"  train −  {Names(direction.TrainNegative)}");
            output.WriteLine($"  query +  {Names(direction.QueriesPositive)}");
            output.WriteLine($"  query −  {Names(direction.QueriesNegative)}");
        }
    }

    private static string Names(IReadOnlyList<DirectionExample> examples) =>
        string.Join(", ", examples.Take(ShownPerSide).Select(e => $"{e.Example} {e.Label}"))
            + (examples.Count > ShownPerSide ? ", …" : string.Empty);
}
