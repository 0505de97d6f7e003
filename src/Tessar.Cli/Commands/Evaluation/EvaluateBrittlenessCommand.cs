using System.CommandLine;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Lenses.Data.Evaluation.Removal;
using Tessar.Methods;
using Tessar.Statistics;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>Counts predictions that flip when the training examples that support them most are removed.</summary>
internal sealed class EvaluateBrittlenessCommand : TessarCommand
{
    private readonly KnownMethods _known;
    private readonly Argument<string> _runs;
    private readonly Setting<string> _method;
    private readonly Setting<string> _train;
    private readonly Setting<string> _targets;
    private readonly Setting<int> _count;
    private readonly Setting<double[]> _shares;
    private readonly Setting<int> _seeds;
    private readonly Setting<int> _draws;
    private readonly Option<bool> _bisect;
    private readonly Setting<int> _ensemble;

    public EvaluateBrittlenessCommand(KnownMethods known)
        : base(
            "brittleness", "Counts predictions that flip without their strongest proponents, beside random removal",
            CommandTable.LensGroup)
    {
        _known = known;
        _runs = AddArgument(
            "RUN[,RUN…]",
            "one run, or several of the same program whose scores are averaged; the first one's program is trained without "
                + "examples", RunCompletion.Names);
        _method = Add(Asking.MethodSetting("brittleness", known));
        _train = Add(Asking.TrainSetting("brittleness"));
        _targets = Add(Setting.Text(
            "brittleness.targets", "--targets", "SPLIT:FROM-TO", "Where to look for targets (default the run's test examples)"));
        _count = Add(Setting.Int32(
            "brittleness.count", "--count", "N", "Targets: the first that the run predicts correctly", 30, 1, 100_000));
        _shares = Add(Setting.Shares(
            "brittleness.shares", "--shares", "Shares of the training examples to remove; 0 is always among them", 0.01, 0.02,
            0.05, 0.1));
        _seeds = Add(Setting.Int32("brittleness.seeds", "--seeds", "R", "Trainings of each removal, which vote", 3, 1, 1000));
        _draws = Add(Setting.Int32("brittleness.draws", "--draws", "D", "Random removals of each size", 10, 1, 10_000));
        _bisect = Add(new Option<bool>("--bisect")
        {
            Description = "Search each target's smallest k up to the largest share instead of trying every share"
        });
        _ensemble = Add(Asking.EnsembleSetting("brittleness"));
        OnlyIf(_draws, call => !call.IsGiven(_bisect), "with `--bisect`, which tries no random removals");
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`");
        AddExample("evaluate brittleness first --count 10 --shares 0.05", "A quick look at TRAK, at 5 % only");
        AddExample("evaluate brittleness first --ensemble 10 --json", "30 targets, shares from 1 % to 10 %, for a script");
        AddExample(
            "evaluate brittleness first --bisect --shares 0.2",
            "The fewest examples behind each prediction, searched up to 20 %");
    }

    public override Type Result => typeof(BrittlenessAnswer);

    public override bool PassesKeysToMethod => true;

    public override IEnumerable<MethodDescription> Methods() => Asking.Of(_known, "data");

    protected override int Execute(Invocation call)
    {
        MethodJob job = Asking.Job(
            call, "data/brittleness", call.Value(_method), call.Value(_runs), ("count", call.Value(_count)),
            ("shares", call.Value(_shares)), ("seeds", call.Value(_seeds)),
            ("draws", call.Value(_draws)), ("bisect", call.Value(_bisect)), ("ensemble", call.Value(_ensemble))) with
        {
            Train = call.Given(_train),
            Targets = call.Given(_targets),
        };
        return Asking.Run(call, job, (_, found) =>
        {
            BrittlenessAnswer result = found.Value<BrittlenessAnswer>() with { Result = found.Kept.DocumentPath };
            call.Print(result, RemovalJson.Printing.BrittlenessAnswer, console => BrittlenessText.Write(console, result));
        });
    }
}
