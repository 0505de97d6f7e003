using System.CommandLine;
using System.Globalization;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Lenses.Data.Evaluation.Removal;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>Holds scores against what removing single training examples does.</summary>
internal sealed class EvaluateLooCommand : TessarCommand
{
    // Below this share of the variance the effects are seed noise for all practical purposes.
    private const double NoCeiling = 0.1;

    private readonly Argument<string> runs;
    private readonly Setting<string> method;
    private readonly Setting<string> train;
    private readonly Setting<string> targets;
    private readonly Setting<int> count;
    private readonly Setting<int> seeds;
    private readonly Setting<int> ensemble;

    public EvaluateLooCommand()
        : base("loo", "Leave-one-out correlation: how well scores agree with what removing single examples does", CommandTable.LensGroup)
    {
        runs = AddArgument("RUN[,RUN…]", "one run, or several of the same program whose scores are averaged; the first one's program is trained without examples", RunCompletion.Names);
        method = Add(Attributing.MethodSetting("loo"));
        train = Add(Attributing.TrainSetting("loo"));
        targets = Add(Setting.Text("loo.targets", "--targets", "SPLIT:FROM-TO", "The predictions to judge by (default the first 100 test examples)"));
        count = Add(Setting.Int32("loo.examples", "--examples", "N", "Single examples to remove, half at random, half the strongest by the method", 100, 6, 1_000_000));
        seeds = Add(Setting.Int32("loo.seeds", "--seeds", "R", "Trainings without each of them; with one there is no noise ceiling", 3, 1, 1000));
        ensemble = Add(Attributing.EnsembleSetting("loo"));
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`");
        AddExample("evaluate loo first --examples 20 --seeds 2", "A quick look at TRAK");
        AddExample("evaluate loo first --method data/grad-dot --examples 100 --seeds 5 --json", "With a noise ceiling worth the name, for a script");
    }

    public override Type Result => typeof(LooJson);

    public override bool PassesKeysToMethod => true;

    protected override int Execute(Invocation call)
    {
        using Attributing work = Attributing.Open(call, call.Value(runs), call.Value(method));
        ExampleSet examples = work.TrainExamples(call.TryValue(train, out string range) ? range : null);
        ExampleSet judged = Judging.Targets(work, call.TryValue(targets, out string chosen) ? chosen : null, most: 100);
        int removals = call.Value(count);
        if (removals >= examples.Count)
            throw new TessarException($"`--examples` is {removals}, but {examples} has {examples.Count}; fewer are required.", ErrorKind.Usage);
        var trainings = new RemovalTrainings(call, work, examples, judged, call.Value(seeds));
        double secondsEnsemble = work.UseEnsemble(call, call.Value(ensemble));
        (AttributionMatrix scores, double secondsScoring) = Judging.Score(call, work, examples, judged);
        int[] atRandom = RemovalChoice.AtRandom(examples.Count, (removals + 1) / 2, Judging.Seed(call), draw: 0);
        int[] strongest = [.. RemovalChoice.BySum(scores, [.. Enumerable.Range(0, judged.Count)], ofMagnitudes: true).Except(atRandom).Take(removals / 2)];
        RemovalTrials random = trainings.WithoutEachOf(atRandom), chosenOnes = trainings.Without([.. strongest.Select(i => new[] { i })]);
        LeaveOneOutScore all = Score(scores, [.. atRandom, .. strongest], random.Then(chosenOnes), examples.Count, call.Seed);
        LeaveOneOutScore? randomOnly = Enumerable.Range(0, random.Count).Count(j => random.Margins(j).Length > 0) >= 3
            ? Score(scores, atRandom, random, examples.Count, call.Seed) : null;
        LooJson result = EvaluationJson.Common(
            new LooJson
            {
                All = LooScoreJson.Of(all),
                RandomOnly = randomOnly is null ? null : LooScoreJson.Of(randomOnly),
                Queries = judged.Count,
                Verdict = Verdict(all),
            },
            work, trainings, judged, scores.Report, call.Value(seeds)) with
        {
            Ensemble = call.Value(ensemble),
            SecondsEnsemble = secondsEnsemble,
            SecondsScoring = secondsScoring,
        };
        result = result with { Result = EvaluationFiles.Save(result, JsonOutput.Printing.LooJson, work.Run, "loo", EvaluationJson.Essence(result)) };
        call.Print(result, JsonOutput.Printing.LooJson, console => Write(console.Profile.Out.Writer, result));
        return ExitCode.Success;
    }

    private static LeaveOneOutScore Score(AttributionMatrix scores, int[] removed, RemovalTrials trials, int examples, ulong seed) =>
        LeaveOneOutScore.Of(scores, removed, trials.AsSubsets(RemovalTrials.Without(examples, [.. removed.Select(i => new[] { i })])), seed);

    private static string Verdict(LeaveOneOutScore score)
    {
        if (score.NoiseCeiling is not { } ceiling)
            return "One training without each example can't tell its effect from another seed's; use --seeds 2 or more.";
        if (ceiling.Value * ceiling.Value < NoCeiling)
        {
            return "Another seed moves the margins more than a single example does: even a perfect method would come near zero here. "
                + "Use more --seeds, or judge by groups: evaluate lds, evaluate removal.";
        }

        return score.Pearson.Low > 0
            ? string.Create(CultureInfo.InvariantCulture, $"The scores agree with single removals: {100 * score.Pearson.Value / ceiling.Value:0} % of what a perfect method would reach.")
            : score.Pearson.High < 0
                ? "The scores disagree with single removals: they rank them the wrong way round."
                : "Single removals could be predicted with so many seeds, but these scores don't do it.";
    }

    private static void Write(TextWriter output, LooJson result)
    {
        output.WriteLine($"Leave-one-out of {result.Method}: Pearson {result.All.Pearson.Text("0.000")}, Spearman {result.All.Spearman.Text("0.000")}.");
        if (result.RandomOnly is { } random)
            output.WriteLine($"Only the {Quantity.Count(random.Removed)} random examples: Pearson {random.Pearson.Text("0.000")}, Spearman {random.Spearman.Text("0.000")}.");
        if (result.All.NoiseCeiling is { } ceiling)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"A perfect method would reach {ceiling.Text("0.000")}: removals move the mean margin by {result.All.Spread:0.000}, of which seeds alone make {result.All.SeedNoise:0.000}."));
        }

        output.WriteLine(result.Verdict);
        output.WriteLine($"{Quantity.Count(result.Queries)} targets, {Quantity.Count(result.All.Removed)} removed examples × {result.Seeds} trainings"
            + $"{(result.All.ExcludedColumns > 0 ? $", {Quantity.Count(result.All.ExcludedColumns)} targets left out (constant)" : string.Empty)}; "
            + $"training {Quantity.Seconds(result.SecondsRetraining)}, scoring {Quantity.Seconds(result.SecondsScoring)}.");
        foreach (string remark in result.Remarks)
            output.WriteLine(remark);
        output.WriteLine($"Result: {result.Result}");
    }
}
