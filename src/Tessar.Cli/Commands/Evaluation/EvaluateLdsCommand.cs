using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Methods;
using Tessar.Runs.Retraining;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>Measures the linear datamodeling score of a method: how well sums of its scores predict models trained on subsets.</summary>
internal sealed class EvaluateLdsCommand : TessarCommand
{
    private readonly Argument<string> runs;
    private readonly Setting<string> method;
    private readonly Setting<string> train;
    private readonly Setting<string> targets;
    private readonly Setting<int> subsets;
    private readonly Setting<int> seeds;
    private readonly Setting<double> fraction;
    private readonly Setting<int> ensemble;
    private readonly Option<string> sweep;
    private readonly Setting<double> tuningShare;
    private readonly Option<bool> sameTrajectory;

    public EvaluateLdsCommand()
        : base("lds", "Linear datamodeling score: how well summed scores predict what models trained on subsets answer", CommandTable.LensGroup)
    {
        runs = AddArgument("RUN[,RUN…]", "one run, or several of the same program whose scores are averaged; the first one's program is trained on the subsets", RunCompletion.Names);
        method = Add(Attributing.MethodSetting("lds"));
        train = Add(Attributing.TrainSetting("lds"));
        targets = Add(Setting.Text("lds.targets", "--targets", "SPLIT:FROM-TO", "The predictions to judge by (default the first 500 test examples)"));
        subsets = Add(Setting.Int32("lds.subsets", "--subsets", "N", "Random subsets of the training examples to train on", 100, 3, 1_000_000));
        seeds = Add(Setting.Int32("lds.seeds", "--seeds", "R", "Trainings of each subset; with one there is no noise ceiling", 5, 1, 1000));
        fraction = Add(Setting.Number("lds.fraction", "--fraction", "ALPHA", "Share of the training examples in each subset", 0.5, 0.001, 0.999));
        ensemble = Add(Attributing.EnsembleSetting("lds"));
        sweep = Add(new Option<string>("--sweep") { Description = "Try these values of a method's option on the tuning share of the targets, and judge the best on the rest", HelpName = "OPTION=V,V,…" });
        tuningShare = Add(Setting.Number("lds.tuning-share", null, "SHARE", "Share of the targets that a sweep is decided on", 0.1, 0.01, 0.9));
        sameTrajectory = Add(new Option<bool>("--same-trajectory") { Description = "Judge by replays of the run itself without the left-out examples, same seed and batches, instead of fresh trainings" });
        OnlyWith(tuningShare, sweep);
        OnlyIf(seeds, call => !call.Value(sameTrajectory) || call.Value(seeds) == 1, "with `--same-trajectory`, which replays the run's own seed once");
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`; or lds.tuning-share=0.1");
        AddExample("evaluate lds demo-1 --subsets 30 --seeds 1", "A quick look at TRAK");
        AddExample("evaluate lds first --method data/magic --same-trajectory --fraction 0.95 --subsets 50 --targets test:0-49", "Does the derivative of this training predict what leaving examples out of it does?");
        AddExample("evaluate lds first --method data/trak --ensemble 10 --subsets 100 --seeds 5 --sweep damping=0.03,0.1,0.3,1,3 --json", "With a tuned damping, an interval and a noise ceiling, for a script");
    }

    public override Type Result => typeof(LdsJson);

    public override bool PassesKeysToMethod => true;

    protected override int Execute(Invocation call)
    {
        using Attributing work = Attributing.Open(call, call.Value(runs), call.Value(method));
        (string Option, string[] Values)? tried = call.Value(sweep) is { } text ? ReadSweep(work, text) : null;
        ExampleSet examples = work.TrainExamples(call.TryValue(train, out string range) ? range : null);
        ExampleSet judged = Judging.Targets(work, call.TryValue(targets, out string chosen) ? chosen : null);
        ExampleMasks Masks(int count) => ExampleMasks.ExactSize(count, examples.Count, call.Value(fraction), Judging.Seed(call));
        ExampleMasks masks = Masks(call.Value(subsets));
        double secondsEnsemble = work.UseEnsemble(call, call.Value(ensemble));
        (SubsetOutputs truth, double secondsRetraining) = call.Value(sameTrajectory)
            ? TrajectoryOutputs.Of(call, work, examples, judged, masks)
            : Trained(call, work, examples, judged, Masks);
        (int[] tuning, int[] reported) = Split(judged.Count, tried is null ? 0 : call.Value(tuningShare), call.Seed);
        long start = Stopwatch.GetTimestamp();
        List<SweepPointJson> points = [];
        AttributionMatrix? best = null;
        string? bestValue = null;
        double bestScore = double.NegativeInfinity;
        foreach ((string? value, AttributionMatrix scores) in Scores(call, work, tried, examples, judged))
        {
            if (value is not null)
            {
                double tuned = LinearDatamodelingScore.Of(scores, truth, tuning, resamples: 100, call.Seed).Score;
                points.Add(new SweepPointJson(value, tuned, LinearDatamodelingScore.Of(scores, truth, reported, resamples: 100, call.Seed).Score));
                if (tuned <= bestScore)
                    continue;
                bestScore = tuned;
            }

            (best, bestValue) = (scores, value);
        }

        double secondsScoring = Stopwatch.GetElapsedTime(start).TotalSeconds;
        LinearDatamodelingScore lds = LinearDatamodelingScore.Of(best!, truth, reported, seed: call.Seed);
        LdsJson result = LdsJson.Of(lds, work, best!.Report, examples, judged, masks, truth) with
        {
            Options = bestValue is null ? work.Options : new SortedDictionary<string, string>(work.Options.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal) { [tried!.Value.Option] = bestValue },
            Ensemble = call.Value(ensemble),
            SameTrajectory = call.Value(sameTrajectory),
            Sweep = tried is null ? null : new SweepJson(tried.Value.Option, bestValue!, tuning.Length, points),
            SecondsRetraining = secondsRetraining,
            SecondsEnsemble = secondsEnsemble,
            SecondsScoring = secondsScoring,
        };
        result = result with { Result = EvaluationFiles.Save(result, JsonOutput.Printing.LdsJson, work.Run, "lds", Essence(result)) };
        call.Print(result, JsonOutput.Printing.LdsJson, console => Write(console.Profile.Out.Writer, result));
        return ExitCode.Success;
    }

    private (SubsetOutputs Truth, double Seconds) Trained(Invocation call, Attributing work, ExampleSet examples, ExampleSet judged, Func<int, ExampleMasks> masksOf)
    {
        ExampleMasks masks = masksOf(call.Value(subsets));
        (RetrainedModels models, double seconds) = Judging.Train(call, work, examples, judged, masks, call.Value(seeds), RetrainingOutput.Margin, masksOf: masksOf);
        return (SubsetOutputs.Of(models, masks), seconds);
    }

    // One method per value; many dampings at once where a method shares what doesn't depend on them.
    private static IEnumerable<(string? Value, AttributionMatrix Scores)> Scores(
        Invocation call, Attributing work, (string Option, string[] Values)? tried, ExampleSet examples, ExampleSet judged)
    {
        if (tried is null)
            return [(null, Score(work.CreateMethod()))];
        (string option, string[] values) = tried.Value;
        if (option == "damping" && work.CreateMethod() is IDampingSweep sweeping)
        {
            double[] dampings = [.. values.Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
            return values.Zip(call.Progress.Run(progress =>
                sweeping.ScoreMany(work.View, examples, judged, dampings, work.Context with { Progress = Translate.Method(progress) })), (value, scores) => ((string?)value, scores));
        }

        return values.Select(value => ((string?)value, Score(work.CreateMethodWith(option, value))));

        AttributionMatrix Score(IAttributionMethod method) => call.Progress.Run(progress =>
            method.Score(work.View, examples, judged, work.Context with { Progress = Translate.Method(progress) }));
    }

    // What doesn't change from one time to the next.
    private static LdsJson Essence(LdsJson result) => result with { SecondsRetraining = 0, SecondsEnsemble = 0, SecondsScoring = 0, PeakBytes = 0 };

    private static (string, string[]) ReadSweep(Attributing work, string text)
    {
        string[] sides = text.Split('=', 2);
        string[] values = sides.Length == 2 ? sides[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];
        if (values.Length < 2)
            throw new TessarException($"`--sweep` is `{text}`; required is an option and at least two values, for example damping=0.1,0.3,1.", ErrorKind.Usage);
        foreach (string value in values)
            work.CreateMethodWith(sides[0], value); // refuses unknown options and values before anything is trained
        return (sides[0], values);
    }

    // Tuning and reporting never share a target.
    private static (int[] Tuning, int[] Reported) Split(int count, double share, ulong seed)
    {
        if (share == 0)
            return ([], [.. Enumerable.Range(0, count)]);
        int tuning = (int)Math.Round(share * count, MidpointRounding.AwayFromZero);
        if (tuning < 1 || tuning >= count)
            throw new TessarException(string.Create(CultureInfo.InvariantCulture, $"A tuning share of {share} of {count} targets leaves none on one side. Use more --targets."), ErrorKind.Usage);
        int[] order = [.. Enumerable.Range(0, count)];
        new RandomStream(seed, "tuning targets").Shuffle<int>(order);
        return ([.. order[..tuning].Order()], [.. order[tuning..].Order()]);
    }

    private static void Write(TextWriter output, LdsJson result)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"LDS of {result.Method}: {result.Lds:0.000}, 95 % interval {result.Interval[0]:0.000} to {result.Interval[1]:0.000}."));
        output.WriteLine(result.NoiseCeiling is { } ceiling
            ? string.Create(CultureInfo.InvariantCulture, $"A perfect predictor would reach {ceiling:0.000} (noise ceiling of {result.Seeds} seeds): this is {100 * result.Lds / ceiling:0} % of it.")
            : result.SameTrajectory ? "Subsets were replayed with the run's own seed and batches, so a perfect predictor would reach 1."
            : "One training of each subset gives no noise ceiling; use --seeds 2 or more.");
        if (result.Sweep is { } sweep)
        {
            output.WriteLine($"{sweep.Option} = {sweep.Best} was best on {Quantity.Count(sweep.TuningQueries)} targets that aren't counted here:");
            foreach (SweepPointJson point in sweep.Points)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {point.Value,8}  {point.TuningLds:0.000} there, {point.Lds:0.000} on the others"));
        }

        output.WriteLine($"{Quantity.Count(result.Queries)} targets, {Quantity.Count(result.Subsets)} subsets × {result.Seeds} trainings"
            + $"{(result.ExcludedColumns > 0 ? $", {Quantity.Count(result.ExcludedColumns)} targets left out (constant)" : string.Empty)}; "
            + $"training {Quantity.Seconds(result.SecondsRetraining)}, scoring {Quantity.Seconds(result.SecondsScoring)}.");
        foreach (string remark in result.Remarks)
            output.WriteLine(remark);
        output.WriteLine($"Result: {result.Result}");
    }
}
