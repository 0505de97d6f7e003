using System.CommandLine;
using Spectre.Console;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation.Removal;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>Measures how far the margin of predictions falls when the examples ranked first are removed.</summary>
internal sealed class EvaluateRemovalCommand : TessarCommand
{
    private const string BySum = "sum";
    private const string ByTarget = "target";

    private readonly Argument<string> runs;
    private readonly Setting<string> method;
    private readonly Setting<string> train;
    private readonly Setting<string> targets;
    private readonly Setting<int> count;
    private readonly Setting<double[]> shares;
    private readonly Setting<string> by;
    private readonly Setting<int> seeds;
    private readonly Setting<int> draws;
    private readonly Setting<int> ensemble;

    public EvaluateRemovalCommand()
        : base("removal", "Removal curve: how far margins fall without the examples ranked first, beside random removal", CommandTable.LensGroup)
    {
        runs = AddArgument("RUN[,RUN…]", "one run, or several of the same program whose scores are averaged; the first one's program is trained without examples", RunCompletion.Names);
        method = Add(Attributing.MethodSetting("removal"));
        train = Add(Attributing.TrainSetting("removal"));
        targets = Add(Setting.Text("removal.targets", "--targets", "SPLIT:FROM-TO", "Where to look for targets (default the run's test examples)"));
        count = Add(Setting.Int32("removal.count", "--count", "N", "Targets: the first that the run predicts correctly", 30, 1, 100_000));
        shares = Add(Setting.Shares("removal.shares", "--shares", "Shares of the training examples to remove", 0.01, 0.02, 0.05, 0.1));
        by = Add(Setting.Text(
            "removal.by", "--by", "RANKING", "target: each target loses its own strongest proponents; sum: all lose the examples with the highest sum of scores", ByTarget, () => [ByTarget, BySum]));
        seeds = Add(Setting.Int32("removal.seeds", "--seeds", "R", "Trainings of each removal", 3, 1, 1000));
        draws = Add(Setting.Int32("removal.draws", "--draws", "D", "Random removals of each size", 10, 1, 10_000));
        ensemble = Add(Attributing.EnsembleSetting("removal"));
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`");
        AddExample("evaluate removal first --by sum --count 200", "A quick look at TRAK: one ranking for 200 targets, few trainings");
        AddExample("evaluate removal first --ensemble 10 --json", "Each target's own proponents; the trainings are those of evaluate brittleness");
    }

    public override Type Result => typeof(RemovalJson);

    public override bool PassesKeysToMethod => true;

    protected override int Execute(Invocation call)
    {
        bool bySum = call.Value(by) switch
        {
            BySum => true,
            ByTarget => false,
            string other => throw new TessarException($"`--by` is `{other}`; required is `{ByTarget}` or `{BySum}`.", ErrorKind.Usage),
        };
        using Attributing work = Attributing.Open(call, call.Value(runs), call.Value(method));
        ExampleSet examples = work.TrainExamples(call.TryValue(train, out string range) ? range : null);
        int[] counts = [.. call.Value(shares).Select(share => RemovalChoice.CountOf(share, examples.Count))];
        JudgedTargets judged = JudgedTargets.CorrectlyPredicted(call, work, call.TryValue(targets, out string chosen) ? chosen : null, call.Value(count));
        var trainings = new RemovalTrainings(call, work, examples, judged.Range, call.Value(seeds));
        double secondsEnsemble = work.UseEnsemble(call, call.Value(ensemble));
        (AttributionMatrix scores, double secondsScoring) = Judging.Score(call, work, examples, judged.Range);
        double[][] untouched = Of(judged, trainings.Untouched(), 0);
        int[] ranking = bySum ? RemovalChoice.BySum(scores, judged.Chosen) : [];
        List<RemovalStepJson> points = [];
        foreach ((double share, int removed) in call.Value(shares).Zip(counts))
        {
            RemovalTrials without = trainings.Without(bySum ? [ranking[..removed]] : [.. judged.Chosen.Select(q => RemovalChoice.Proponents(scores, q, removed))]);
            RemovalTrials random = trainings.WithoutRandom(removed, call.Value(draws));
            double[][]? own = bySum ? null : [.. judged.Chosen.Select((q, t) => without.Margins(t).Select(row => row[q]).ToArray())];
            double[][][] other = [.. Enumerable.Range(0, random.Count).Select(draw => Of(judged, random, draw))];
            points.Add(Point(share, removed, RemovalEffect.Of(own, bySum ? Of(judged, without, 0) : null, other, untouched, call.Seed)));
        }

        RemovalJson result = EvaluationJson.Common(
            new RemovalJson { Queries = judged.Count, By = bySum ? BySum : ByTarget, Draws = call.Value(draws), Points = points },
            work, trainings, judged.Range, scores.Report, call.Value(seeds)) with
        {
            Ensemble = call.Value(ensemble),
            SecondsEnsemble = secondsEnsemble,
            SecondsScoring = secondsScoring,
        };
        result = result with { Result = EvaluationFiles.Save(result, JsonOutput.Printing.RemovalJson, work.Run, "removal", EvaluationJson.Essence(result)) };
        call.Print(result, JsonOutput.Printing.RemovalJson, console => Write(console, result));
        return ExitCode.Success;
    }

    // [seed][chosen target]
    private static double[][] Of(JudgedTargets judged, RemovalTrials trials, int trial) =>
        [.. trials.Margins(trial).Select(row => judged.Chosen.Select(q => row[q]).ToArray())];

    private static RemovalStepJson Point(double share, int removed, RemovalEffect effect) => new()
    {
        Share = share,
        Removed = removed,
        Change = EstimateJson.Of(effect.Change),
        Random = EstimateJson.Of(effect.Random),
        Relative = EstimateJson.Of(effect.Relative),
        Targets = effect.Targets,
    };

    private static void Write(IAnsiConsole console, RemovalJson result)
    {
        TextWriter output = console.Profile.Out.Writer;
        string ranked = result.By == BySum ? "the examples with the highest sum of scores" : "each target's own strongest proponents";
        output.WriteLine($"Change of the margin without {ranked} by {result.Method}; {Quantity.Count(result.Queries)} targets, {result.Seeds} trainings of each removal.");
        Table table = PlainTable.Create("removed", "examples", "change", "by random removal", "relative to random");
        foreach (RemovalStepJson point in result.Points)
        {
            table.AddRow(PlainTable.Cells(
                Quantity.Percent(point.Share), Quantity.Count(point.Removed), point.Change.Text("0.00"), point.Random.Text("0.00"), point.Relative.Text("0.00")));
        }

        console.Write(table);
        output.WriteLine($"{Quantity.Count(result.Trainings)} trainings in {Quantity.Seconds(result.SecondsRetraining)}, scoring {Quantity.Seconds(result.SecondsScoring)}.");
        foreach (string remark in result.Remarks)
            output.WriteLine(remark);
        output.WriteLine($"Result: {result.Result}");
    }
}
