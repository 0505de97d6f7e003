using System.CommandLine;
using System.Diagnostics;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>Ranks the training examples by how suspicious their labels are, and, where wrong labels are known, scores the ranking.</summary>
internal sealed class EvaluateMislabelsCommand : TessarCommand
{
    private readonly Argument<string> runs;
    private readonly Setting<string> method;
    private readonly Setting<string> train;
    private readonly Setting<int> top;
    private readonly Setting<int> ensemble;

    public EvaluateMislabelsCommand()
        : base("mislabels", "Ranks training examples by suspicion; with planted errors, says how many it finds", CommandTable.LensGroup)
    {
        runs = AddArgument("RUN[,RUN…]", "one run, or several of the same program whose scores are averaged", RunCompletion.Names);
        method = Add(Attributing.MethodSetting("mislabels"));
        train = Add(Attributing.TrainSetting("mislabels"));
        ensemble = Add(Attributing.EnsembleSetting("mislabels"));
        top = Add(Setting.Int32("mislabels.top", "--top", "N", "Most suspicious examples to list", 20, 1, 1_000_000));
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`");
        AddExample("evaluate mislabels demo-1", "By the self-influence of TRAK");
        AddExample("evaluate mislabels mine --method data/grad-dot --top 100 --json", "Of a run on your own data: a list to look through");
    }

    public override Type Result => typeof(MislabelsJson);

    public override bool PassesKeysToMethod => true;

    protected override int Execute(Invocation call)
    {
        using Attributing work = Attributing.Open(call, call.Value(runs), call.Value(method));
        work.UseEnsemble(call, call.Value(ensemble));
        ExampleSet examples = work.TrainExamples(call.TryValue(train, out string range) ? range : null);
        long start = Stopwatch.GetTimestamp();
        float[] suspicion = call.Progress.Run(progress =>
            work.CreateMethod().SelfInfluence(work.View, examples, work.Context with { Progress = Translate.Method(progress) }));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        MislabelsJson result = MislabelsJson.Of(work.Run.Name, work.Method.Name, examples, suspicion, call.Value(top), call.Seed) with
        {
            Seconds = seconds,
            Ensemble = call.Value(ensemble),
            Options = work.Options,
        };
        string file = EvaluationFiles.Save(result, JsonOutput.Printing.MislabelsJson, work.Run, "mislabels", result with { Seconds = null });
        result = result with { Result = file, Ranking = EvaluationFiles.SaveRanking(file, MislabelsJson.RankingOf(suspicion), suspicion) };
        call.Print(result, JsonOutput.Printing.MislabelsJson, console => Write(call, console.Profile.Out.Writer, result, examples));
        return ExitCode.Success;
    }

    private static void Write(Invocation call, TextWriter output, MislabelsJson result, ExampleSet examples)
    {
        SuspectJson[] shown = [.. result.MostSuspicious.Take(SuspicionStrip.Count(call.Style, examples))];
        output.WriteLine($"The {shown.Length} most suspicious of {Quantity.Count(result.Examples)} training examples, by {result.Method}:");
        output.WriteLine();
        output.Draw(SuspicionStrip.Lines(call.Style, examples, shown));
        output.WriteLine();
        output.WriteLine(Verdict(result));
        output.WriteLine($"All of them, ranked: {result.Ranking}");
    }

    /// <summary>What the ranking found, in a sentence or two.</summary>
    public static string Verdict(MislabelsJson result) =>
        result is { Auroc: { } auroc, AurocInterval: { } interval, FoundInFirst10Percent: { } first, FoundInFirst20Percent: { } second }
            ? $"Of {Quantity.Count(result.PlantedErrors)} planted errors {Quantity.Percent(first)} lie among the most suspicious 10 % "
                + $"and {Quantity.Percent(second)} among 20 %. AUROC {Quantity.Number(auroc)}, 95 % interval {Quantity.Number(interval[0])} to {Quantity.Number(interval[1])}."
            : "No label here is known to be wrong, so this is a list to look through. To measure the method, train with --label-errors 0.05.";
}
