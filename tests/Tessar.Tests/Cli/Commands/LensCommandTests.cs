using System.Text.Json;
using Tessar.Tensors;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli.Commands;

/// <summary>
/// A lens and a method of this assembly, used through the program: nothing outside of their one file knows them.
/// </summary>
public sealed class LensCommandTests(SmallRunFixture runs)
{
    private readonly Dictionary<string, string?> _environment = new(runs.Tool.Environment, StringComparer.Ordinal)
    {
        ["TESSAR_METHODS"] = typeof(Toys.ToyLens).Assembly.Location,
    };

    [Fact]
    public void Its_verb_answers_in_json_and_keeps_the_result()
    {
        JsonElement result = Json("shade", "small", "--classes", "2", "--set", "ceiling=510", "--seed", "7");
        Assert.Equal(("toy", "toy/mean-shade", "small", "train:0-199"), (
            result.GetProperty("lens").GetString(), result.GetProperty("method").GetString(),
            result.GetProperty("run").GetString(), result.GetProperty("train").GetString()));
        Assert.Equal(
            ("510", "none"),
            (result.GetProperty("options").GetProperty("ceiling").GetString(), result.GetProperty("options").GetProperty("only")
                .GetString()));
        JsonElement answer = result.GetProperty("answer");
        Assert.Equal(2, answer.GetProperty("darkest").GetArrayLength());
        Assert.StartsWith("class ", answer.GetProperty("darkest")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(7, answer.GetProperty("seed").GetInt32());
        Assert.True(result.GetProperty("checks")[0].GetProperty("holds").GetBoolean());
        Assert.Contains("/results/toy/mean-shade/", result.GetProperty("result").GetString(), StringComparison.Ordinal);
        using var file = SafetensorsFile.Open(result.GetProperty("arrays").GetString()!);
        double[] doubled = file.ReadDoubles("shades");
        Assert.Equal(10, doubled.Length);

        using var plain = SafetensorsFile.Open(Json("shade", "small").GetProperty("arrays").GetString()!);
        Assert.Equal(plain.ReadDoubles("shades").Select(shade => 2 * shade), doubled, (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Contains(Json("show", "small").GetProperty("results").EnumerateArray(), kept =>
            kept.GetProperty("question").GetString() == "toy" && kept.GetProperty("method").GetString() == "toy/mean-shade"
                && !kept.TryGetProperty("stale", out _));
    }

    [Fact]
    public void Lists_and_texts_are_read_from_the_line()
    {
        JsonElement result = Json("shade", "small", "--prefix", "kind of ", "--set", "only=0,1");
        Assert.All(
            result.GetProperty("answer").GetProperty("darkest").EnumerateArray(),
            name => Assert.StartsWith("kind of ", name.GetString(), StringComparison.Ordinal));
        Assert.Equal("0,1", result.GetProperty("options").GetProperty("only").GetString());
    }

    [Fact]
    public void Its_text_says_question_answer_checks_and_where_it_lies()
    {
        ChildResult result = Run("shade", "small");
        Assert.Equal(0, result.ExitCode);
        foreach (string words in (string[])[
            "How dark are the images of each class?",
            "darkest: class ",
            "Check empty-classes: 0",
            "A toy says little.",
            "Result: "
        ])
            Assert.Contains(words, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_catalog_and_completion_know_it()
    {
        Assert.Contains("shade ", Run("--help").Output, StringComparison.Ordinal);
        string help = Run("shade", "--help").Output;
        foreach (string words in (string[])[
            "says how dark",
            "--classes N",
            "Classes to list (default 3)",
            "--prefix TEXT",
            "toy/mean-shade",
            "The mean gray value of each class."
        ])
            Assert.Contains(words, help, StringComparison.Ordinal);
        Assert.DoesNotContain("data/trak", help, StringComparison.Ordinal);
        Assert.Contains("shade RUN --method toy/mean-shade", Run("methods", "toy/mean-shade").Output, StringComparison.Ordinal);
        Assert.Contains("toy/mean-shade", Run("[suggest:23]", "shade small --method toy").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("`--classes` is `11`; required is a whole number from 1 to 10", "shade", "small", "--classes", "11")]
    [InlineData("only is `0,12`; allowed: 0 to 9, or several separated by commas | none", "shade", "small", "--set", "only=0,12")]
    [InlineData("data/trak doesn't answer `toy`. Methods that do: toy/mean-shade", "shade", "small", "--method", "data/trak")]
    [InlineData(
        "toy/mean-shade doesn't answer `data`", "attribute", "small", "--targets", "test:0", "--method", "toy/mean-shade")]
    public void What_cannot_be_is_said(string words, params string[] arguments)
    {
        ChildResult result = Run([.. arguments, "--quiet"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
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
