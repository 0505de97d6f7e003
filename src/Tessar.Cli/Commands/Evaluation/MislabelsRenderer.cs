using System.CommandLine;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>
/// Ranks the training examples by how suspicious their labels are, and, where wrong labels are known, scores the ranking.
/// </summary>
internal sealed class EvaluateMislabelsCommand : TessarCommand
{
    private readonly KnownMethods _known;
    private readonly Argument<string> _runs;
    private readonly Setting<string> _method;
    private readonly Setting<string> _train;
    private readonly Setting<int> _top;
    private readonly Setting<int> _ensemble;

    public EvaluateMislabelsCommand(KnownMethods known)
        : base(
            "mislabels", "Ranks training examples by suspicion; with planted errors, says how many it finds",
            CommandTable.LensGroup)
    {
        _known = known;
        _runs = AddArgument(
            "RUN[,RUN…]", "one run, or several of the same program whose scores are averaged", RunCompletion.Names);
        _method = Add(Asking.MethodSetting("mislabels", known));
        _train = Add(Asking.TrainSetting("mislabels"));
        _ensemble = Add(Asking.EnsembleSetting("mislabels"));
        _top = Add(Setting.Int32("mislabels.top", "--top", "N", "Most suspicious examples to list", 20, 1, 1_000_000));
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`");
        AddExample("evaluate mislabels demo-1", "By the self-influence of TRAK");
        AddExample(
            "evaluate mislabels mine --method data/grad-dot --top 100 --json",
            "Of a run on your own data: a list to look through");
    }

    public override Type Result => typeof(MislabelsAnswer);

    public override bool PassesKeysToMethod => true;

    public override IEnumerable<MethodDescription> Methods() => Asking.Of(_known, "data");

    protected override int Execute(Invocation call)
    {
        MethodJob job = Asking.Job(
            call, "data/mislabels", call.Value(_method), call.Value(_runs), ("top", call.Value(_top)),
            ("ensemble", call.Value(_ensemble))) with
        {
            Train = call.Given(_train),
        };
        return Asking.Run(call, job, (inquiry, found) =>
        {
            MislabelsAnswer result = found.Value<MislabelsAnswer>() with
            {
                Result = found.Kept.DocumentPath,
                Ranking = found.Kept.ArraysPath
            };
            call.Print(
                result, EvaluationJson.Printing.MislabelsAnswer,
                console => Write(call, console.Profile.Out.Writer, result, inquiry.Train()));
        });
    }

    private static void Write(Invocation call, TextWriter output, MislabelsAnswer result, ExampleSet examples)
    {
        Suspect[] shown = [.. result.MostSuspicious.Take(SuspicionStrip.Count(call.Style, examples))];
        output.WriteLine(
            $"The {shown.Length} most suspicious of {Quantity.Count(result.Examples)} training examples, by {result.Method}:");
        output.WriteLine();
        output.Draw(SuspicionStrip.Lines(call.Style, examples, shown));
        output.WriteLine();
        output.WriteLine(Verdict(result));
        output.WriteLine($"All of them, ranked: {result.Ranking}");
    }

    /// <summary>What the ranking found, in a sentence or two.</summary>
    public static string Verdict(MislabelsAnswer result) =>
        result is { Auroc: { } auroc, AurocInterval: { } interval, FoundInFirst10Percent: { } first, FoundInFirst20Percent: { } second }
            ? $"Of {Quantity.Count(result.PlantedErrors)} planted errors {Quantity.Percent(first)} lie among the most suspicious 10 % "
                + $"and {Quantity.Percent(second)} among 20 %. AUROC {Quantity.Number(auroc)}, 95 % interval "
                + $"{Quantity.Number(interval[0])} to {Quantity.Number(interval[1])}."
            : "No label here is known to be wrong, so this is a list to look through. To measure the method, train with "
            + "--label-errors 0.05.";
}
