using System.CommandLine;
using System.Globalization;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Lenses.Data.Evaluation.Removal;
using Tessar.Methods;
using Tessar.Statistics;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>Counts predictions that flip when the training examples that support them most are removed.</summary>
internal sealed class EvaluateBrittlenessCommand : TessarCommand
{
    private readonly Argument<string> runs;
    private readonly Setting<string> method;
    private readonly Setting<string> train;
    private readonly Setting<string> targets;
    private readonly Setting<int> count;
    private readonly Setting<double[]> shares;
    private readonly Setting<int> seeds;
    private readonly Setting<int> draws;
    private readonly Option<bool> bisect;
    private readonly Setting<int> ensemble;

    public EvaluateBrittlenessCommand()
        : base("brittleness", "Counts predictions that flip without their strongest proponents, beside random removal", CommandTable.LensGroup)
    {
        runs = AddArgument("RUN[,RUN…]", "one run, or several of the same program whose scores are averaged; the first one's program is trained without examples", RunCompletion.Names);
        method = Add(Attributing.MethodSetting("brittleness"));
        train = Add(Attributing.TrainSetting("brittleness"));
        targets = Add(Setting.Text("brittleness.targets", "--targets", "SPLIT:FROM-TO", "Where to look for targets (default the run's test examples)"));
        count = Add(Setting.Int32("brittleness.count", "--count", "N", "Targets: the first that the run predicts correctly", 30, 1, 100_000));
        shares = Add(Setting.Shares("brittleness.shares", "--shares", "Shares of the training examples to remove; 0 is always among them", 0.01, 0.02, 0.05, 0.1));
        seeds = Add(Setting.Int32("brittleness.seeds", "--seeds", "R", "Trainings of each removal, which vote", 3, 1, 1000));
        draws = Add(Setting.Int32("brittleness.draws", "--draws", "D", "Random removals of each size", 10, 1, 10_000));
        bisect = Add(new Option<bool>("--bisect") { Description = "Search each target's smallest k up to the largest share instead of trying every share" });
        ensemble = Add(Attributing.EnsembleSetting("brittleness"));
        OnlyIf(draws, call => !call.IsGiven(bisect), "with `--bisect`, which tries no random removals");
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`");
        AddExample("evaluate brittleness first --count 10 --shares 0.05", "A quick look at TRAK, at 5 % only");
        AddExample("evaluate brittleness first --ensemble 10 --json", "30 targets, shares from 1 % to 10 %, for a script");
        AddExample("evaluate brittleness first --bisect --shares 0.2", "The fewest examples behind each prediction, searched up to 20 %");
    }

    public override Type Result => typeof(BrittlenessJson);

    public override bool PassesKeysToMethod => true;

    protected override int Execute(Invocation call)
    {
        using Attributing work = Attributing.Open(call, call.Value(runs), call.Value(method));
        ExampleSet examples = work.TrainExamples(call.TryValue(train, out string range) ? range : null);
        int[] counts = [.. call.Value(shares).Select(share => RemovalChoice.CountOf(share, examples.Count))];
        JudgedTargets judged = JudgedTargets.CorrectlyPredicted(call, work, call.TryValue(targets, out string chosen) ? chosen : null, call.Value(count));
        var trainings = new RemovalTrainings(call, work, examples, judged.Range, call.Value(seeds));
        double secondsEnsemble = work.UseEnsemble(call, call.Value(ensemble));
        (AttributionMatrix scores, double secondsScoring) = Judging.Score(call, work, examples, judged.Range);
        RemovalTrials untouched = trainings.Untouched();
        bool?[] alone = Flips(untouched, judged, _ => 0);
        List<BrittlenessPointJson> points = [];
        BrittleTargetJson[] perTarget;
        if (call.Value(bisect))
        {
            FlipSearch[] searches = FlipBisection.Run(scores, judged.Chosen, counts[^1], trainings, untouched, call.Cancellation);
            perTarget = [.. searches.Select((search, t) => new BrittleTargetJson(judged.Name(t), search.Smallest, search.IsMonotone))];
        }
        else
        {
            List<bool?[]> byCount = [alone];
            foreach ((double share, int removed) in call.Value(shares).Zip(counts))
            {
                bool?[] flipped = Flips(trainings.Without([.. judged.Chosen.Select(q => RemovalChoice.Proponents(scores, q, removed))]), judged, t => t);
                RemovalTrials random = trainings.WithoutRandom(removed, call.Value(draws));
                points.Add(Point(share, removed, Brittleness.Of(flipped, [.. Enumerable.Range(0, random.Count).Select(d => Flips(random, judged, _ => d))], call.Seed)));
                byCount.Add(flipped);
            }

            perTarget = [.. Enumerable.Range(0, judged.Count).Select(t =>
            {
                (int? smallest, bool isMonotone) = Brittleness.SmallestOf([0, .. counts], [.. byCount.Select(flipped => flipped[t])]);
                return new BrittleTargetJson(judged.Name(t), smallest, isMonotone);
            })];
        }

        BrittlenessJson result = EvaluationJson.Common(
            new BrittlenessJson
            {
                Queries = judged.Count,
                FlippedByRetraining = EstimateJson.Of(Bootstrap.Mean([.. alone.Select(flipped => flipped == true ? 1.0 : 0)], call.Seed, "retraining alone")),
                Draws = call.Value(bisect) ? 0 : call.Value(draws),
                Points = points,
                MedianSmallest = Median(perTarget),
                Limit = counts[^1],
                IsBisected = call.Value(bisect),
                PerTarget = perTarget,
                Remarks = [.. points.SelectMany(Remarks)],
            },
            work, trainings, judged.Range, scores.Report, call.Value(seeds)) with
        {
            Ensemble = call.Value(ensemble),
            SecondsEnsemble = secondsEnsemble,
            SecondsScoring = secondsScoring,
        };
        result = result with { Result = EvaluationFiles.Save(result, JsonOutput.Printing.BrittlenessJson, work.Run, "brittleness", EvaluationJson.Essence(result)) };
        call.Print(result, JsonOutput.Printing.BrittlenessJson, console => BrittlenessText.Write(console, result));
        return ExitCode.Success;
    }

    private static bool?[] Flips(RemovalTrials trials, JudgedTargets judged, Func<int, int> trialOf) =>
        [.. judged.Chosen.Select((q, t) => trials.IsFlipped(trialOf(t), q))];

    private static BrittlenessPointJson Point(double share, int removed, Brittleness found) => new()
    {
        Share = share,
        Removed = removed,
        Flipped = EstimateJson.Of(found.Flipped),
        Random = EstimateJson.Of(found.Random),
        Difference = EstimateJson.Of(found.Difference),
        Ratio = EstimateJson.Of(found.Ratio),
        Targets = found.Targets,
    };

    // Resampling can't make a flip where there is none: the interval of 0 or 1 is a point, and too sure.
    private static IEnumerable<string> Remarks(BrittlenessPointJson point)
    {
        if (point.Flipped.Value is 0 or 1)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"At {100 * point.Share:0.##} % {(point.Flipped.Value == 0 ? "none" : "all")} of {point.Targets} targets flip; resampling shows no spread there, but up to {300.0 / point.Targets:0.#} % of such targets may do otherwise.");
        }
    }

    // Targets that never flip count as larger than all.
    private static double? Median(BrittleTargetJson[] targets)
    {
        int[] sorted = [.. targets.Select(target => target.Smallest ?? int.MaxValue).Order()];
        (int low, int high) = (sorted[(sorted.Length - 1) / 2], sorted[sorted.Length / 2]);
        return high == int.MaxValue ? null : (low + (double)high) / 2;
    }
}
