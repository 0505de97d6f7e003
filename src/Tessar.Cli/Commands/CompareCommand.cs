using System.CommandLine;
using System.Diagnostics;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Lenses.Data.Comparison;
using Tessar.Methods;
using Tessar.Native;
using Tessar.Runs;

namespace Tessar.Cli.Commands;

/// <summary>Says how two training recipes differ in what they use of the data.</summary>
internal sealed class CompareCommand : TessarCommand
{
    private const int ShownPerSide = 6;

    private readonly Argument<string> first;
    private readonly Argument<string> second;
    private readonly Setting<string> method;
    private readonly Setting<string> train;
    private readonly Setting<string> targets;
    private readonly Setting<int> models;
    private readonly Setting<int> directions;
    private readonly Setting<int> top;
    private readonly Setting<double> level;
    private readonly Option<bool> rawRows;
    private readonly Option<string> patch;
    private readonly Option<string> patchClass;
    private readonly Setting<double> delta;
    private readonly Setting<double> epsilon;

    public CompareCommand()
        : base("compare", "Says how two recipes differ in the training data they use: directions, their examples, a counterfactual check", CommandTable.LensGroup)
    {
        first = AddArgument("RUN_A", "a run of one recipe, or several separated by commas", RunCompletion.Names);
        second = AddArgument("RUN_B", "a run of the other recipe, on the same examples in the same order", RunCompletion.Names);
        method = Add(Attributing.MethodSetting("compare"));
        train = Add(Attributing.TrainSetting("compare"));
        targets = Add(Setting.Text("compare.targets", "--targets", "SPLIT:FROM-TO", "The predictions to compare on, of RUN_A's data (default its first 500 test examples)"));
        models = Add(Setting.Int32("compare.models", "--models", "N", "Models of each recipe, trained from other seeds; 0 takes the runs as they are", 5, 0, 1000));
        directions = Add(Setting.Int32("compare.directions", "--directions", "N", "Directions of each recipe to list", 3, 1, 100));
        top = Add(Setting.Int32("compare.top", "--top", "N", "Training examples and queries to keep at each end of a direction", 10, 1, 100_000));
        level = Add(Setting.Number("compare.level", "--level", "P", "Largest p with which recipes count as different", 0.05, 1e-6, 0.5));
        rawRows = Add(new Option<bool>("--raw-rows") { Description = "Let targets with larger scores count more; without it every target counts alike" });
        patch = Add(new Option<string>("--patch") { Description = "Counterfactual check: put this rectangle over the targets and compare the margins", HelpName = "WxH@X,Y=GREY" });
        patchClass = Add(new Option<string>("--patch-class") { Description = "Whose margin the check looks at (default each target's own class)", HelpName = "CLASS" });
        delta = Add(Setting.Number("compare.delta", null, "MARGIN", "Effect in one recipe from which the check counts it as real", 0.5, 0, 1e6));
        epsilon = Add(Setting.Number("compare.epsilon", null, "MARGIN", "Largest effect in the other recipe with which the check still distinguishes", 0.5, 0, 1e6));
        OnlyWith(patchClass, patch);
        OnlyWith(delta, patch);
        OnlyWith(epsilon, patch);
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`; compare.delta=0.5 and compare.epsilon=0.5 are the check's limits");
        AddExample("compare plain augmented", "Five models of each recipe, TRAK, and whether the recipes differ at all");
        AddExample("compare with-patch without --targets test:0-499 --patch 4x4@0,0=255 --json", "With a counterfactual check, for a script");
    }

    public override Type Result => typeof(CompareJson);

    public override bool PassesKeysToMethod => true;

    protected override int Execute(Invocation call)
    {
        var watch = Stopwatch.StartNew();
        using Attributing a = Attributing.Open(call, call.Value(first), call.Value(method));
        using Attributing b = Attributing.Open(call, call.Value(second), call.Value(method));
        if (call.IsGiven(models) && a.View.Checkpoints.Count > 1 && b.View.Checkpoints.Count > 1)
            throw new TessarException("`--models` has no effect where both recipes name several runs, which stand for them; leave it out.", ErrorKind.Usage);
        string? range = call.TryValue(train, out string given) ? given : null;
        (ExampleSet trainA, ExampleSet trainB) = (a.TrainExamples(range), b.TrainExamples(range));
        if (trainA.Count != trainB.Count)
        {
            throw new TessarException(
                $"{a.Run.Name} was trained on {trainA} and {b.Run.Name} on {trainB}: recipes are compared on the same examples in the same order. "
                + "Choose a common range with --train.", ErrorKind.Usage);
        }

        ExampleSet queries = call.TryValue(targets, out string chosen) ? a.Examples(chosen) : FirstTests(a);
        RecipeModels modelsA = RecipeModels.Of(call, a, trainA, call.Value(models)), modelsB = RecipeModels.Of(call, b, trainB, call.Value(models));
        using RecipeScores scoresA = call.Progress.Run(progress => modelsA.Score(a, trainA, queries, Translate.Method(progress)));
        using RecipeScores scoresB = call.Progress.Run(progress => modelsB.Score(b, trainB, queries, Translate.Method(progress)));
        var options = new ModelDiffOptions { Directions = call.Value(directions), Level = call.Value(level), Seed = call.Seed, NormalisesRows = !call.Value(rawRows) };
        RecipeDifference difference = ModelDiff.Compare(scoresA, scoresB, options, call.Cancellation);
        var result = CompareJson.Of(difference, a, b, trainA, queries, scoresA.Models, scoresB.Models, call.Value(top), options.Level) with
        {
            Check = Check(call, modelsA, modelsB, queries),
            SecondsTraining = modelsA.SecondsTraining + modelsB.SecondsTraining,
            Seconds = watch.Elapsed.TotalSeconds,
        };
        result = result with { Result = ComparisonFiles.Save(result, difference, a.Run) };
        call.Print(result, JsonOutput.Printing.CompareJson, console => Write(console.Profile.Out.Writer, result));
        return ExitCode.Success;
    }

    private static ExampleSet FirstTests(Attributing work)
    {
        ExampleSet all = work.Examples(work.Run.Record.Program.Data.Test);
        return new ExampleSet(work.Store, all.Split, all.First, Math.Min(500, all.Count), work.Labels);
    }

    private PatchCheckJson? Check(Invocation call, RecipeModels a, RecipeModels b, ExampleSet queries)
    {
        if (call.Value(patch) is not { } text)
            return null;
        ImageShape image = queries.Store.Image;
        var put = Patch.Parse(text, image);
        int? ofClass = call.Value(patchClass) is { } name ? ClassOf(queries.Store, name) : null;
        Func<int, Patch> there = _ => put, anywhere = i => put.MovedAtRandom(image, new RandomStream(call.Seed, "random patch", i));
        return PatchCheckJson.Of(
            put.ToString(), call.Value(patchClass), call.Value(delta), call.Value(epsilon),
            PatchEffect.Summary(Effects(a, there), call.Seed), PatchEffect.Summary(Effects(b, there), call.Seed),
            PatchEffect.Summary(Effects(a, anywhere), call.Seed), PatchEffect.Summary(Effects(b, anywhere), call.Seed));

        double[] Effects(RecipeModels recipe, Func<int, Patch> where) =>
            [.. recipe.Checkpoints.Select(checkpoint => PatchEffect.Of(checkpoint, queries, where, ofClass, call.Cancellation))];
    }

    private static int ClassOf(ExampleStore store, string name)
    {
        int index = store.ClassNames.ToList().FindIndex(known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase));
        return index >= 0 ? index : throw new TessarException(
            $"There is no class `{name}`.{NearestName.Hint(name, store.ClassNames)} {store.Path} has {string.Join(", ", store.ClassNames)}.", ErrorKind.Usage);
    }

    private static void Write(TextWriter output, CompareJson result)
    {
        output.WriteLine(result.Summary);
        WriteSide(output, result.A, result.B, result.DirectionsOfA);
        WriteSide(output, result.B, result.A, result.DirectionsOfB);
        if (result.Check is { } check)
        {
            output.WriteLine();
            output.WriteLine(check.Summary);
        }

        output.WriteLine();
        output.WriteLine($"Result: {result.Result}");
    }

    private static void WriteSide(TextWriter output, string own, string other, IReadOnlyList<DirectionJson> directions)
    {
        foreach (DirectionJson direction in directions)
        {
            output.WriteLine();
            output.WriteLine($"Used by {own}, not by {other}: direction {direction.Index + 1}, {Quantity.Percent(direction.Share)} of the difference; "
                + $"variance {Quantity.Number(direction.Variance)} there, {Quantity.Number(direction.VarianceInOther)} in {other}.");
            output.WriteLine($"  train +  {Names(direction.TrainPositive)}");
            output.WriteLine($"  train −  {Names(direction.TrainNegative)}");
            output.WriteLine($"  query +  {Names(direction.QueriesPositive)}");
            output.WriteLine($"  query −  {Names(direction.QueriesNegative)}");
        }
    }

    private static string Names(IReadOnlyList<DirectionExampleJson> examples) =>
        string.Join(", ", examples.Take(ShownPerSide).Select(e => $"{e.Example} {e.Label}")) + (examples.Count > ShownPerSide ? ", …" : string.Empty);
}
