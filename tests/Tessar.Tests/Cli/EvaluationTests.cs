using System.Text.Json;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Tensors;
using Tessar.Tests.Examples;

namespace Tessar.Tests.Cli;

/// <summary>The evaluations that remove examples, and the checks that don't, on a small run.</summary>
public sealed class EvaluationTests(SmallRunFixture runs)
{
    private static readonly string[] _quick = ["--set", "projection-dimension=64"];

    public static TheoryData<string> MethodsThatScoreQuickly =>
        [.. new MethodCatalog(typeof(Trak).Assembly).Methods.Where(m =>
            m.Needs is not (MethodNeeds.Retraining or MethodNeeds.ReplayableTraining)).Select(m => m.Name)];

    [Fact]
    public void Loo_correlates_and_keeps_its_result()
    {
        string[] line = ["evaluate", "loo", "small", "--examples", "6", "--seeds", "2", "--targets", "test:0-9", .. _quick];
        JsonElement result = runs.Tool.Json(line);
        Assert.Equal((6, 3, 2, 10, 12), (
            result.GetProperty("all").GetProperty("removed").GetInt32(),
            result.GetProperty("randomOnly").GetProperty("removed").GetInt32(),
            result.GetProperty("seeds").GetInt32(), result.GetProperty("queries").GetInt32(),
            result.GetProperty("trainings").GetInt32()));
        IsEstimate(result.GetProperty("all").GetProperty("pearson"), -1, 1);
        IsEstimate(result.GetProperty("all").GetProperty("spearman"), -1, 1);
        IsEstimate(result.GetProperty("all").GetProperty("noiseCeiling"), 0, 1);
        Assert.True(result.GetProperty("all").GetProperty("seedNoise").GetDouble() > 0);
        Assert.NotEmpty(result.GetProperty("verdict").GetString()!);
        Assert.Contains("/results/data/loo/", result.GetProperty("result").GetString(), StringComparison.Ordinal);

        // Another method is judged by the same random removals: only the strongest are trained anew.
        int before = Folders();
        JsonElement other = runs.Tool.Json([.. line[..9], "--method", "data/random"]);
        Assert.InRange(Folders() - before, 0, 1);
        Assert.Equal(12, other.GetProperty("trainings").GetInt32());
        Assert.Equal(result.GetProperty("result").GetString(), runs.Tool.Json(line).GetProperty("result").GetString());
    }

    [Fact]
    public void Lds_prints_what_scripts_read_and_repeats_itself()
    {
        string[] line = ["evaluate", "lds", "small", "--targets", "test:0-9", "--subsets", "6", "--seeds", "2", .. _quick];
        JsonElement result = runs.Tool.Json(line);
        double lds = result.GetProperty("lds").GetDouble();
        double[] interval = [.. result.GetProperty("interval").EnumerateArray().Select(x => x.GetDouble())];
        Assert.InRange(lds, interval[0], interval[1]);
        Assert.InRange(result.GetProperty("noiseCeiling").GetDouble(), 0, 1);
        Assert.Equal((10, 0, 6, 2), (
            result.GetProperty("queries").GetInt32(), result.GetProperty("excludedColumns").GetInt32(),
            result.GetProperty("subsets").GetInt32(), result.GetProperty("seeds").GetInt32()));
        Assert.True(result.GetProperty("secondsRetraining").GetDouble() >= 0
            && result.GetProperty("secondsScoring").GetDouble() > 0);
        Assert.Equal(lds, runs.Tool.Json(line).GetProperty("lds").GetDouble());
        Assert.False(runs.Tool.Json([.. line[..7], "--seeds", "1", .. _quick])
            .TryGetProperty("noiseCeiling", out _)); // one training of each knows nothing of noise
    }

    // `--subsets` is of the halves that judge, `--set subsets` of those that datamodels are fitted to; the whole key is the
    // command's again.
    [Fact]
    public void An_option_of_the_method_may_have_the_name_of_one_of_the_command()
    {
        string[] line = [
            "evaluate", "lds", "small", "--method", "data/datamodels", "--targets", "test:0-4", "--seeds", "1", "--set",
            "subsets=20"
        ];
        JsonElement result = runs.Tool.Json([.. line, "--set", "lds.subsets=4"]);
        Assert.Equal(
            (4, "20"),
            (result.GetProperty("subsets").GetInt32(), result.GetProperty("options").GetProperty("subsets").GetString()));
        Assert.Equal(
            result.GetProperty("lds").GetDouble(), runs.Tool.Json([.. line, "--subsets", "4"]).GetProperty("lds").GetDouble());
        Assert.Contains(
            "no option `subsets`", runs.Tool.Fails(2, "evaluate", "lds", "small", "--set", "subsets=4", "--quiet"),
            StringComparison.Ordinal);
    }

    // The field's own floor: a few checkpoints are far from chance, of which 30 halves and 50 targets would give 0.1 at the very
    // most.
    [Fact]
    public void Three_models_on_halves_are_far_above_chance()
    {
        string[] line = [
            "evaluate", "lds", "small", "--targets", "test:0-49", "--subsets", "30", "--seeds", "2", "--ensemble", "3", "--set",
            "projection=none"
        ];
        JsonElement result = runs.Tool.Json(line);
        Assert.Equal(3, result.GetProperty("checkpoints").GetInt32());
        Assert.InRange(result.GetProperty("lds").GetDouble(), 0.25, 1);
        Assert.True(result.GetProperty("interval")[0].GetDouble() > 0.15);
    }

    [Fact]
    public void Sweep_is_decided_on_targets_that_are_not_reported()
    {
        JsonElement result = runs.Tool.Json(
            "evaluate", "lds", "small", "--targets", "test:0-19", "--subsets", "6", "--seeds", "1", "--sweep", "damping=0.1,10",
            "--set", "projection=none");
        Assert.Equal(18, result.GetProperty("queries").GetInt32());
        JsonElement sweep = result.GetProperty("sweep");
        Assert.Equal(2, sweep.GetProperty("tuningQueries").GetInt32());
        Assert.Equal(
            ["0.1", "10"], sweep.GetProperty("points").EnumerateArray().Select(point => point.GetProperty("value").GetString()));
        Assert.Equal(sweep.GetProperty("best").GetString(), result.GetProperty("options").GetProperty("damping").GetString());
    }

    // Convex, few updates at a low rate: the derivative predicts the replays nearly perfectly.
    [Fact]
    public void Derivative_predicts_replays_of_the_same_trajectory()
    {
        runs.Tool.Json(
            "train", "--model", "logistic", "--data", "fashion-mnist-mini", "--train", "train:0-199", "--test", "test:0-9",
            "--epochs", "3", "--optimizer", "sgd",
            "--lr", "0.01", "--set", "optimizer.momentum=0", "--name", "slow", "--threads", "1");
        string[] line = [
            "evaluate", "lds", "slow", "--method", "data/magic", "--same-trajectory", "--targets", "test:0-4", "--subsets", "12",
            "--seeds", "1", "--fraction", "0.95"
        ];
        JsonElement result = runs.Tool.Json(line);
        Assert.True(result.GetProperty("sameTrajectory").GetBoolean());
        Assert.InRange(result.GetProperty("lds").GetDouble(), 0.9, 1);
    }

    [Fact]
    public void Brittleness_and_removal_share_their_trainings()
    {
        string[] rest = ["small", "--count", "4", "--shares", "0.1,0.6", "--seeds", "1", "--draws", "2", .. _quick];
        JsonElement flips = runs.Tool.Json(["evaluate", "brittleness", .. rest]);
        Assert.Equal((4, 120, 1 + 2 * (4 + 2)), (
            flips.GetProperty("queries").GetInt32(), flips.GetProperty("limit").GetInt32(),
            flips.GetProperty("trainings").GetInt32()));
        JsonElement[] points = [.. flips.GetProperty("points").EnumerateArray()];
        Assert.Equal([20, 120], points.Select(point => point.GetProperty("removed").GetInt32()));
        foreach (JsonElement point in points)
        {
            IsEstimate(point.GetProperty("flipped"), 0, 1);
            IsEstimate(point.GetProperty("random"), 0, 1);
            IsEstimate(point.GetProperty("difference"), -1, 1);
        }

        IsEstimate(flips.GetProperty("flippedByRetraining"), 0, 1);
        Assert.Equal(4, flips.GetProperty("perTarget").GetArrayLength());
        int before = Folders();
        JsonElement curve = runs.Tool.Json(["evaluate", "removal", .. rest]);
        Assert.Equal(before, Folders());
        Assert.Equal("target", curve.GetProperty("by").GetString());
        foreach (JsonElement point in curve.GetProperty("points").EnumerateArray())
        {
            IsEstimate(point.GetProperty("change"), double.MinValue, double.MaxValue);
            IsEstimate(point.GetProperty("random"), double.MinValue, double.MaxValue);
            IsEstimate(point.GetProperty("relative"), double.MinValue, double.MaxValue);
            Assert.Equal(
                point.GetProperty("relative").GetProperty("value").GetDouble(),
                point.GetProperty("change").GetProperty("value").GetDouble() - point.GetProperty("random").GetProperty("value")
                    .GetDouble(), 1e-9);
        }

        // Losing the best three fifths hurts more than losing any three fifths.
        Assert.True(curve.GetProperty("points")[1].GetProperty("relative").GetProperty("value").GetDouble() < 0);
    }

    [Fact]
    public void Removal_by_sum_takes_one_ranking_for_all_targets()
    {
        JsonElement curve = runs.Tool.Json([
            "evaluate", "removal", "small", "--by", "sum", "--count", "20", "--shares", "0.3", "--seeds", "2", "--draws", "1",
            .. _quick
        ]);
        Assert.Equal(("sum", 20, 2 + 2 + 2), (
            curve.GetProperty("by").GetString(), curve.GetProperty("queries").GetInt32(),
            curve.GetProperty("trainings").GetInt32()));
        Assert.True(curve.GetProperty("points")[0].GetProperty("relative").GetProperty("value").GetDouble() < 0);
    }

    [Fact]
    public void Brittleness_by_bisection_names_a_smallest_removal()
    {
        JsonElement result = runs.Tool.Json([
            "evaluate", "brittleness", "small", "--bisect", "--count", "2", "--shares", "0.03", "--seeds", "1", .. _quick
        ]);
        Assert.True(result.GetProperty("isBisected").GetBoolean());
        Assert.Equal(0, result.GetProperty("points").GetArrayLength());
        Assert.All(result.GetProperty("perTarget").EnumerateArray(), target =>
        {
            Assert.StartsWith("test:", target.GetProperty("target").GetString(), StringComparison.Ordinal);
            Assert.True(!target.TryGetProperty("smallest", out JsonElement k) || k.GetInt32() is >= 0 and <= 6);
        });
    }

    [Theory]
    [MemberData(nameof(MethodsThatScoreQuickly))]
    public void Sanity_answers_for_every_method(string method)
    {
        // The run has two checkpoints, fewer than the three segments that data/source takes by itself.
        string[] fewer = method == "data/source" ? ["--set", "segments=2"] : [];
        string run = method.StartsWith("data/influence", StringComparison.Ordinal) ? runs.Tiny : "small";
        JsonElement result = runs.Tool.Json([
            "evaluate", "sanity", run, "--method", method, "--targets", "test:0-19", "--copies", "10", .. fewer
        ]);
        JsonElement[] checks = [.. result.GetProperty("checks").EnumerateArray()];
        Assert.Equal(
            ["finite", "randomised-weights", "identical-class", "top-k-cardinality", "copies"],
            checks.Select(check => check.GetProperty("name").GetString()));
        Assert.All(
            checks,
            check =>
                Assert.True(
                    check.TryGetProperty("passes", out _) || check.TryGetProperty("note", out _), $"{check} says nothing."));
        Assert.All(checks, check => Assert.NotEmpty(check.GetProperty("expected").GetString()!));
        Assert.True(checks[0].GetProperty("passes").GetBoolean());
        Assert.True(!checks[4].TryGetProperty("passes", out JsonElement copies) || copies.GetBoolean(), checks[4].ToString());
    }

    [Fact]
    public void Sanity_finds_that_random_scores_know_no_class()
    {
        JsonElement result = runs.Tool.Json("evaluate", "sanity", "small", "--method", "data/random", "--targets", "test:0-49");
        Assert.False(result.GetProperty("passes").GetBoolean());
        Assert.False(result.GetProperty("checks")[2].GetProperty("passes").GetBoolean());
    }

    [Fact]
    public void Mislabels_keep_the_whole_ranking()
    {
        JsonElement result = runs.Tool.Json(["evaluate", "mislabels", "small", "--top", "3", .. _quick]);
        using var file = SafetensorsFile.Open(result.GetProperty("ranking").GetString()!);
        float[] suspicion = file.ReadSingles("suspicion");
        Assert.Equal([200], file.Entries.Single(entry => entry.Name == "ranking").Shape);
        Assert.Equal(suspicion.Max(), result.GetProperty("mostSuspicious")[0].GetProperty("suspicion").GetSingle());
        double auroc = result.GetProperty("auroc").GetDouble();
        Assert.InRange(
            auroc, result.GetProperty("aurocInterval")[0].GetDouble(), result.GetProperty("aurocInterval")[1].GetDouble());
        Assert.InRange(
            result.GetProperty("foundInFirst20Percent").GetDouble(), result.GetProperty("foundInFirst10Percent").GetDouble(), 1);
        Assert.Contains("/results/data/mislabels/", result.GetProperty("result").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("`--shares` is `1.5`; required is shares above 0 and below 1", "brittleness", "small", "--shares", "1.5")]
    [InlineData("`--shares` is `0.2,0.1`", "brittleness", "small", "--shares", "0.2,0.1")]
    [InlineData("`--shares` is `0`", "removal", "small", "--shares", "0")]
    [InlineData("`--shares` is `x`", "removal", "small", "--shares", "x")]
    [InlineData("at least one has to be removed and one kept", "removal", "small", "--shares", "0.001")]
    [InlineData("`--by` is `both`", "removal", "small", "--by", "both")]
    [InlineData("`--examples` is `5`; required is a whole number from 6", "loo", "small", "--examples", "5")]
    [InlineData("examples is 300", "loo", "small", "--examples", "300")]
    [InlineData("`--subsets` is `2`; required is a whole number from 3", "lds", "small", "--subsets", "2")]
    [InlineData("`--fraction` is `1`", "lds", "small", "--fraction", "1")]
    [InlineData("There is no method `data/trac`", "sanity", "small", "--method", "data/trac")]
    [InlineData("there is no option `dampin`", "brittleness", "small", "--set", "dampin=1")]
    public void Mistake_ends_with_its_code_and_says_what_is_right(string words, params string[] arguments) =>
        Assert.Contains(words, runs.Tool.Fails(2, ["evaluate", .. arguments, "--quiet"]), StringComparison.Ordinal);

    [Fact]
    public void Runs_that_cannot_be_trained_again_are_refused()
    {
        using var tool = new Tool();
        var weights = new SafetensorsWriter();
        weights.Add("fc1.weight", Enumerable.Range(0, 7840).Select(i => (i * 37 % 101 - 50) / 500f).ToArray(), 10, 784);
        weights.Add("fc1.bias", new float[10], 10);
        weights.Save(tool.File("w.safetensors"));
        tool.Json(
            "import", "--weights", "w.safetensors", "--model", "logistic", "--data", "fashion-mnist-mini", "--name", "foreign");
        foreach (string kind in (string[])["loo", "brittleness", "removal", "lds"])
            Assert.Contains(
                "its weights were imported", tool.Fails(2, "evaluate", kind, "foreign", "--quiet"), StringComparison.Ordinal);
        var masks = new SafetensorsWriter();
        masks.Add("masks", Enumerable.Range(0, 100).Select(i => (byte)(i % 2)).ToArray(), 1, 100);
        masks.Save(tool.File("masks.safetensors"));
        tool.Json(
            "train", "--model", "logistic", "--data", "fashion-mnist-mini", "--train", "train:0-99", "--test", "test:0-9",
            "--epochs", "2",
            "--mask", "masks.safetensors:0", "--name", "half");
        Assert.Contains(
            "was trained on a mask", tool.Fails(2, "evaluate", "loo", "half", "--examples", "6", "--quiet"),
            StringComparison.Ordinal);
        TestStores.Write(tool.File("other.tess"), 40, 10);
        tool.Json("train", "--model", "logistic", "--data", "other.tess", "--epochs", "1", "--name", "other");
        Assert.Contains(
            "are of different programs", tool.Fails(2, "evaluate", "removal", "foreign,other", "--quiet"),
            StringComparison.Ordinal);
    }

    private int Folders() => Directory.GetDirectories(runs.Tool.File("runs/retrained")).Length;

    private static void IsEstimate(JsonElement estimate, double least, double most)
    {
        double value = estimate.GetProperty("value").GetDouble(), low = estimate.GetProperty("low")
            .GetDouble(), high = estimate.GetProperty("high").GetDouble();
        Assert.InRange(value, least, most);
        Assert.True(low <= high, $"{low} to {high}");
        Assert.InRange(low, least, most);
        Assert.InRange(high, least, most);
    }
}
