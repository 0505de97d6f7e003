using System.CommandLine;
using System.Globalization;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>
/// Measures the linear datamodeling score of a method: how well sums of its scores predict models trained on subsets.
/// </summary>
internal sealed class EvaluateLdsCommand : TessarCommand
{
    private readonly KnownMethods _known;
    private readonly Argument<string> _runs;
    private readonly Setting<string> _method;
    private readonly Setting<string> _train;
    private readonly Setting<string> _targets;
    private readonly Setting<int> _subsets;
    private readonly Setting<int> _seeds;
    private readonly Setting<double> _fraction;
    private readonly Setting<int> _ensemble;
    private readonly Option<string> _sweep;
    private readonly Setting<double> _tuningShare;
    private readonly Option<bool> _sameTrajectory;

    public EvaluateLdsCommand(KnownMethods known)
        : base(
            "lds", "Linear datamodeling score: how well summed scores predict what models trained on subsets answer",
            CommandTable.LensGroup)
    {
        _known = known;
        _runs = AddArgument(
            "RUN[,RUN…]",
            "one run, or several of the same program whose scores are averaged; the first one's program is trained on the subsets", RunCompletion.Names);
        _method = Add(Asking.MethodSetting("lds", known));
        _train = Add(Asking.TrainSetting("lds"));
        _targets = Add(Setting.Text(
            "lds.targets", "--targets", "SPLIT:FROM-TO", "The predictions to judge by (default the first 500 test examples)"));
        _subsets = Add(Setting.Int32(
            "lds.subsets", "--subsets", "N", "Random subsets of the training examples to train on", 100, 3, 1_000_000));
        _seeds = Add(Setting.Int32(
            "lds.seeds", "--seeds", "R", "Trainings of each subset; with one there is no noise ceiling", 5, 1, 1000));
        _fraction = Add(Setting.Number(
            "lds.fraction", "--fraction", "ALPHA", "Share of the training examples in each subset", 0.5, 0.001, 0.999));
        _ensemble = Add(Asking.EnsembleSetting("lds"));
        _sweep = Add(new Option<string>("--sweep")
        {
            Description =
                "Try these values of a method's option on the tuning share of the targets, and judge the best on the rest",
            HelpName = "OPTION=V,V,…"
        });
        _tuningShare = Add(Setting.Number(
            "lds.tuning-share", null, "SHARE", "Share of the targets that a sweep is decided on", 0.1, 0.01, 0.9));
        _sameTrajectory = Add(new Option<bool>("--same-trajectory")
        {
            Description =
                "Judge by replays of the run itself without the left-out examples, same seed and batches, instead of fresh "
                    + "trainings"
        });
        OnlyWith(_tuningShare, _sweep);
        OnlyIf(
            _seeds, call => !call.Value(_sameTrajectory) || call.Value(_seeds) == 1,
            "with `--same-trajectory`, which replays the run's own seed once");
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`; or lds.tuning-share=0.1");
        AddExample("evaluate lds demo-1 --subsets 30 --seeds 1", "A quick look at TRAK");
        AddExample(
            "evaluate lds first --method data/magic --same-trajectory --fraction 0.95 --subsets 50 --targets test:0-49",
            "Does the derivative of this training predict what leaving examples out of it does?");
        AddExample(
            "evaluate lds first --method data/trak --ensemble 10 --subsets 100 --seeds 5 --sweep damping=0.03,0.1,0.3,1,3 --json",
            "With a tuned damping, an interval and a noise ceiling, for a script");
    }

    public override Type Result => typeof(LdsAnswer);

    public override bool PassesKeysToMethod => true;

    public override IEnumerable<MethodDescription> Methods() => Asking.Of(_known, "data");

    protected override int Execute(Invocation call)
    {
        MethodJob job = Asking.Job(
            call, "data/lds", call.Value(_method), call.Value(_runs), ("subsets", call.Value(_subsets)),
            ("seeds", call.Value(_seeds)), ("fraction", call.Value(_fraction)),
            ("ensemble", call.Value(_ensemble)), ("sweep", call.Value(_sweep)), ("tuning-share", call.Value(_tuningShare)),
            ("same-trajectory", call.Value(_sameTrajectory))) with
        {
            Train = call.Given(_train),
            Targets = call.Given(_targets),
        };
        return Asking.Run(call, job, (_, found) =>
        {
            LdsAnswer result = found.Value<LdsAnswer>() with { Result = found.Kept.DocumentPath };
            call.Print(result, EvaluationJson.Printing.LdsAnswer, console => Write(console.Profile.Out.Writer, result));
        });
    }

    private static void Write(TextWriter output, LdsAnswer result)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"LDS of {result.Method}: {result.Lds:0.000}, 95 % interval {result.Interval[0]:0.000} to "
                + $"{result.Interval[1]:0.000}."));
        output.WriteLine(result.NoiseCeiling is { } ceiling
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"A perfect predictor would reach {ceiling:0.000} (noise ceiling of {result.Seeds} seeds): this is "
                    + $"{100 * result.Lds / ceiling:0} % of it.")
            : result.SameTrajectory
            ? "Subsets were replayed with the run's own seed and batches, so a perfect predictor would reach 1."
            : "One training of each subset gives no noise ceiling; use --seeds 2 or more.");
        if (result.Sweep is { } sweep)
        {
            output.WriteLine(
                $"{sweep.Option} = {sweep.Best} was best on {Quantity.Count(sweep.TuningQueries)} targets that aren't counted here:");
            foreach (SweepPoint point in sweep.Points)
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {point.Value,8}  {point.TuningLds:0.000} there, {point.Lds:0.000} on the others"));
        }

        output.WriteLine(
            $"{Quantity.Count(result.Queries)} targets, {Quantity.Count(result.Subsets)} subsets × {result.Seeds} trainings"
            + $"{(result.ExcludedColumns > 0 ? $", {Quantity.Count(result.ExcludedColumns)} targets left out (constant)" : string.Empty)}; "
            + $"training {Quantity.Seconds(result.SecondsRetraining)}, scoring {Quantity.Seconds(result.SecondsScoring)}.");
        foreach (string remark in result.Remarks)
            output.WriteLine(remark);
        output.WriteLine($"Result: {result.Result}");
    }
}
