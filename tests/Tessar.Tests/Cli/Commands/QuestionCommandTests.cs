using System.Text.Json;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli.Commands;

/// <summary>
/// Questions of this assembly, asked through the program: nothing outside of their one file knows them.
/// </summary>
public sealed class QuestionCommandTests(SmallRunFixture runs)
{
    private readonly Dictionary<string, string?> _environment = new(runs.Tool.Environment, StringComparer.Ordinal)
    {
        ["TESSAR_METHODS"] = typeof(Toys.ToyLens).Assembly.Location,
    };

    [Fact]
    public void Its_verb_answers_in_json_and_keeps_the_result()
    {
        JsonElement result = Json("evaluate", "spread", "small", "--in", "percent", "--weights", "3,2,1", "--set", "ceiling=510");
        Assert.Equal(("toy", "toy/spread", "toy/mean-shade", "train:0-199"), (
            result.GetProperty("lens").GetString(), result.GetProperty("question").GetString(),
            result.GetProperty("method").GetString(), result.GetProperty("train").GetString()));
        Assert.Equal(("percent", "3,2,1", "510"), (
            result.GetProperty("settings").GetProperty("in").GetString(),
            result.GetProperty("settings").GetProperty("weights").GetString(),
            result.GetProperty("options").GetProperty("ceiling").GetString()));
        double spread = result.GetProperty("answer").GetProperty("spread").GetDouble();
        Assert.InRange(spread, 1, 1e5);
        Assert.True(File.Exists(result.GetProperty("result").GetString()));

        JsonElement share = Json("evaluate", "spread", "small", "--set", "ceiling=510", "--rounded", "--set", "spread.digits=4");
        Assert.Equal(Math.Round(spread / 100, 4), share.GetProperty("answer").GetProperty("spread").GetDouble());
        Assert.Contains(Json("show", "small").GetProperty("results").EnumerateArray(), kept =>
            kept.GetProperty("question").GetString() == "toy/spread" && !kept.TryGetProperty("stale", out _));
    }

    [Fact]
    public void Its_text_says_what_is_answered_and_where_it_lies()
    {
        string text = Run("evaluate", "spread", "small", "--targets", "test:0-3").Output;
        foreach (string words in (string[])[
            "Says how far the darkest class is from the lightest.", "  spread: ", "  targets: test:0-3", "Result: "
        ])
            Assert.Contains(words, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_and_completion_know_it()
    {
        Assert.Contains("spread ", Run("evaluate", "--help").Output, StringComparison.Ordinal);
        string help = Run("evaluate", "spread", "--help").Output;
        foreach (string words in (string[])[
            "says how far the darkest class is from the lightest", "evaluate spread RUN[,RUN…] [options]",
            "--targets SPLIT:FROM-TO", "Images to look at beside", "--in UNIT", "The unit of the answer (default share)",
            "--rounded", "--weights W,W,…", "or spread.digits=2", "toy/mean-shade", "evaluate spread RUN --method toy/mean-shade"
        ])
            Assert.Contains(words, help, StringComparison.Ordinal);
        Assert.DoesNotContain("--digits", help, StringComparison.Ordinal);
        Assert.DoesNotContain("data/trak", help, StringComparison.Ordinal);
        Assert.Contains("spread", Run("[suggest:12]", "evaluate spr").Output, StringComparison.Ordinal);
        Assert.Contains("percent", Run("[suggest:30]", "evaluate spread small --in per").Output, StringComparison.Ordinal);
        Assert.Contains(
            "toy/mean-shade", Run("[suggest:34]", "evaluate spread small --method toy").Output, StringComparison.Ordinal);
    }

    // A verb of its own, one run, no method, no training examples, and an option that has to be given.
    [Fact]
    public void A_question_without_method_has_a_command_of_its_own()
    {
        Assert.Contains("tally ", Run("--help").Output, StringComparison.Ordinal);
        string help = Run("tally", "--help").Output;
        Assert.Contains("tally RUN --split SPLIT [options]", help, StringComparison.Ordinal);
        Assert.Contains("a run whose data are counted", help, StringComparison.Ordinal);
        foreach (string words in (string[])["--method", "--train", "--targets", "--set", "--memory"])
            Assert.DoesNotContain(words, help, StringComparison.Ordinal);
        JsonElement result = Json("tally", "small", "--split", "test:0-6");
        Assert.Equal(7, result.GetProperty("answer").GetProperty("examples").GetInt32());
        Assert.Equal("toy/tally", result.GetProperty("method").GetString());
    }

    [Theory]
    [InlineData("`--in` is `parts`; required is share | percent", "evaluate", "spread", "small", "--in", "parts")]
    [InlineData(
        "`--weights` is `1,2`; required is numbers that fall, such as 2,1", "evaluate", "spread", "small", "--weights", "1,2")]
    [InlineData(
        "`--weights` has no effect with `--rounded`, which weighs nothing", "evaluate", "spread", "small", "--rounded",
        "--weights", "3,2")]
    [InlineData(
        "`--set spread.digits` has no effect without `--rounded`", "evaluate", "spread", "small", "--set", "spread.digits=3")]
    [InlineData("data/trak doesn't answer `toy/spread`", "evaluate", "spread", "small", "--method", "data/trak")]
    [InlineData("`--split`", "tally", "small")]
    [InlineData(
        "toy/tally: It asks one run, and the job names 2: small, small. Name one.", "tally", "small,small", "--split", "test")]
    public void What_cannot_be_is_said(string words, params string[] arguments)
    {
        ChildResult result = Run([.. arguments, "--quiet"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
    }

    // tessar.json speaks to all calls, to those too in which a setting means nothing: those keep the default.
    [Fact]
    public void A_setting_of_the_file_that_has_no_effect_here_is_no_error()
    {
        File.WriteAllText(
            runs.Tool.File("tessar.json"), "{ \"spread\": { \"digits\": 1, \"weights\": \"5,4\", \"in\": \"percent\" } }");
        try
        {
            JsonElement plain = Json("evaluate", "spread", "small").GetProperty("settings");
            Assert.Equal(("2", "5,4", "percent"), (
                plain.GetProperty("digits").GetString(), plain.GetProperty("weights").GetString(),
                plain.GetProperty("in").GetString()));
            JsonElement rounded = Json("evaluate", "spread", "small", "--rounded").GetProperty("settings");
            Assert.Equal(
                ("1", "2,1"), (rounded.GetProperty("digits").GetString(), rounded.GetProperty("weights").GetString()));
        }
        finally
        {
            File.Delete(runs.Tool.File("tessar.json"));
        }
    }

    private ChildResult Run(params string[] arguments)
    {
        using ChildProcess child = ChildProcess.StartProgram(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "Tessar.Cli.dll"), .. arguments], _environment, runs.Tool.Folder);
        return child.WaitForEnd();
    }

    private JsonElement Json(params string[] arguments)
    {
        ChildResult result = Run([.. arguments, "--json"]);
        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        return document.RootElement.Clone();
    }
}
