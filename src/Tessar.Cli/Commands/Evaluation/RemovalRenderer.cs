using System.CommandLine;
using Spectre.Console;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Lenses.Data.Evaluation.Removal;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>Measures how far the margin of predictions falls when the examples ranked first are removed.</summary>
internal sealed class EvaluateRemovalCommand : TessarCommand
{
    private const string BySum = "sum";
    private const string ByTarget = "target";

    private readonly KnownMethods _known;
    private readonly Argument<string> _runs;
    private readonly Setting<string> _method;
    private readonly Setting<string> _train;
    private readonly Setting<string> _targets;
    private readonly Setting<int> _count;
    private readonly Setting<double[]> _shares;
    private readonly Setting<string> _by;
    private readonly Setting<int> _seeds;
    private readonly Setting<int> _draws;
    private readonly Setting<int> _ensemble;

    public EvaluateRemovalCommand(KnownMethods known)
        : base(
            "removal", "Removal curve: how far margins fall without the examples ranked first, beside random removal",
            CommandTable.LensGroup)
    {
        _known = known;
        _runs = AddArgument(
            "RUN[,RUN…]",
            "one run, or several of the same program whose scores are averaged; the first one's program is trained without "
                + "examples", RunCompletion.Names);
        _method = Add(Asking.MethodSetting("removal", known));
        _train = Add(Asking.TrainSetting("removal"));
        _targets = Add(Setting.Text(
            "removal.targets", "--targets", "SPLIT:FROM-TO", "Where to look for targets (default the run's test examples)"));
        _count = Add(Setting.Int32(
            "removal.count", "--count", "N", "Targets: the first that the run predicts correctly", 30, 1, 100_000));
        _shares = Add(Setting.Shares(
            "removal.shares", "--shares", "Shares of the training examples to remove", 0.01, 0.02, 0.05, 0.1));
        _by = Add(Setting.Text(
            "removal.by", "--by", "RANKING",
            "target: each target loses its own strongest proponents; sum: all lose the examples with the highest sum of scores",
            ByTarget, () => [ByTarget, BySum]));
        _seeds = Add(Setting.Int32("removal.seeds", "--seeds", "R", "Trainings of each removal", 3, 1, 1000));
        _draws = Add(Setting.Int32("removal.draws", "--draws", "D", "Random removals of each size", 10, 1, 10_000));
        _ensemble = Add(Asking.EnsembleSetting("removal"));
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`");
        AddExample(
            "evaluate removal first --by sum --count 200", "A quick look at TRAK: one ranking for 200 targets, few trainings");
        AddExample(
            "evaluate removal first --ensemble 10 --json",
            "Each target's own proponents; the trainings are those of evaluate brittleness");
    }

    public override Type Result => typeof(RemovalAnswer);

    public override bool PassesKeysToMethod => true;

    public override IEnumerable<MethodDescription> Methods() => Asking.Of(_known, "data");

    protected override int Execute(Invocation call)
    {
        string ranking = call.Value(_by) is ByTarget or BySum
            ? call.Value(_by) : throw new TessarException(
                $"`--by` is `{call.Value(_by)}`; required is `{ByTarget}` or `{BySum}`.", ErrorKind.Usage);
        MethodJob job = Asking.Job(
            call, "data/removal", call.Value(_method), call.Value(_runs), ("count", call.Value(_count)),
            ("shares", call.Value(_shares)), ("by", ranking),
            ("seeds", call.Value(_seeds)), ("draws", call.Value(_draws)), ("ensemble", call.Value(_ensemble))) with
        {
            Train = call.Given(_train),
            Targets = call.Given(_targets),
        };
        return Asking.Run(call, job, (_, found) =>
        {
            RemovalAnswer result = found.Value<RemovalAnswer>() with { Result = found.Kept.DocumentPath };
            call.Print(result, RemovalJson.Printing.RemovalAnswer, console => Write(console, result));
        });
    }

    private static void Write(IAnsiConsole console, RemovalAnswer result)
    {
        TextWriter output = console.Profile.Out.Writer;
        string ranked = result.By == BySum
            ? "the examples with the highest sum of scores"
            : "each target's own strongest proponents";
        output.WriteLine(
            $"Change of the margin without {ranked} by {result.Method}; {Quantity.Count(result.Queries)} targets, {result.Seeds} "
                + $"trainings of each removal.");
        Table table = PlainTable.Create("removed", "examples", "change", "by random removal", "relative to random");
        foreach (RemovalStep point in result.Points)
        {
            table.AddRow(PlainTable.Cells(
                Quantity.Percent(point.Share), Quantity.Count(point.Removed), point.Change.Text("0.00"),
                point.Random.Text("0.00"), point.Relative.Text("0.00")));
        }

        console.Write(table);
        output.WriteLine(
            $"{Quantity.Count(result.Trainings)} trainings in {Quantity.Seconds(result.SecondsRetraining)}, scoring "
                + $"{Quantity.Seconds(result.SecondsScoring)}.");
        foreach (string remark in result.Remarks)
            output.WriteLine(remark);
        output.WriteLine($"Result: {result.Result}");
    }
}
