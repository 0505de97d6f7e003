using System.CommandLine;
using System.Globalization;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Lenses.Data.Evaluation.Removal;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>Holds scores against what removing single training examples does.</summary>
internal sealed class EvaluateLooCommand : TessarCommand
{
    private readonly KnownMethods _known;
    private readonly Argument<string> _runs;
    private readonly Setting<string> _method;
    private readonly Setting<string> _train;
    private readonly Setting<string> _targets;
    private readonly Setting<int> _count;
    private readonly Setting<int> _seeds;
    private readonly Setting<int> _ensemble;

    public EvaluateLooCommand(KnownMethods known)
        : base(
            "loo", "Leave-one-out correlation: how well scores agree with what removing single examples does",
            CommandTable.LensGroup)
    {
        _known = known;
        _runs = AddArgument(
            "RUN[,RUN…]",
            "one run, or several of the same program whose scores are averaged; the first one's program is trained without "
                + "examples", RunCompletion.Names);
        _method = Add(Asking.MethodSetting("loo", known));
        _train = Add(Asking.TrainSetting("loo"));
        _targets = Add(Setting.Text(
            "loo.targets", "--targets", "SPLIT:FROM-TO", "The predictions to judge by (default the first 100 test examples)"));
        _count = Add(Setting.Int32(
            "loo.examples", "--examples", "N", "Single examples to remove, half at random, half the strongest by the method", 100,
            6, 1_000_000));
        _seeds = Add(Setting.Int32(
            "loo.seeds", "--seeds", "R", "Trainings without each of them; with one there is no noise ceiling", 3, 1, 1000));
        _ensemble = Add(Asking.EnsembleSetting("loo"));
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`");
        AddExample("evaluate loo first --examples 20 --seeds 2", "A quick look at TRAK");
        AddExample(
            "evaluate loo first --method data/grad-dot --examples 100 --seeds 5 --json",
            "With a noise ceiling worth the name, for a script");
    }

    public override Type Result => typeof(LooAnswer);

    public override bool PassesKeysToMethod => true;

    public override IEnumerable<MethodDescription> Methods() => Asking.Of(_known, "data");

    protected override int Execute(Invocation call)
    {
        MethodJob job = Asking.Job(
            call, "data/loo", call.Value(_method), call.Value(_runs), ("examples", call.Value(_count)),
            ("seeds", call.Value(_seeds)), ("ensemble", call.Value(_ensemble))) with
        {
            Train = call.Given(_train),
            Targets = call.Given(_targets),
        };
        return Asking.Run(call, job, (_, found) =>
        {
            LooAnswer result = found.Value<LooAnswer>() with { Result = found.Kept.DocumentPath };
            call.Print(result, RemovalJson.Printing.LooAnswer, console => Write(console.Profile.Out.Writer, result));
        });
    }

    private static void Write(TextWriter output, LooAnswer result)
    {
        output.WriteLine(
            $"Leave-one-out of {result.Method}: Pearson {result.All.Pearson.Text("0.000")}, Spearman "
                + $"{result.All.Spearman.Text("0.000")}.");
        if (result.RandomOnly is { } random)
            output.WriteLine(
                $"Only the {Quantity.Count(random.Removed)} random examples: Pearson {random.Pearson.Text("0.000")}, Spearman "
                    + $"{random.Spearman.Text("0.000")}.");
        if (result.All.NoiseCeiling is { } ceiling)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"A perfect method would reach {ceiling.Text("0.000")}: removals move the mean margin by "
                    + $"{result.All.Spread:0.000}, of which seeds alone make {result.All.SeedNoise:0.000}."));
        }

        output.WriteLine(result.Verdict);
        output.WriteLine(
            $"{Quantity.Count(result.Queries)} targets, {Quantity.Count(result.All.Removed)} removed examples × {result.Seeds} "
                + $"trainings"
            + $"{(result.All.ExcludedColumns > 0 ? $", {Quantity.Count(result.All.ExcludedColumns)} targets left out (constant)" : string.Empty)}; "
            + $"training {Quantity.Seconds(result.SecondsRetraining)}, scoring {Quantity.Seconds(result.SecondsScoring)}.");
        foreach (string remark in result.Remarks)
            output.WriteLine(remark);
        output.WriteLine($"Result: {result.Result}");
    }
}
