using System.Globalization;
using System.Text.Json;
using Tessar.Tensors;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli;

/// <summary>`tessar attribute --picture --report --export`, as people call it.</summary>
public sealed class AttributeFilesTests(SmallRunFixture runs)
{
    private static readonly string[] _gradDot = ["attribute", "small", "--method", "data/grad-dot", "--train", "train:0-99"];

    [Fact]
    public void Files_are_written_and_named_and_not_replaced_unless_told_to()
    {
        JsonElement result = runs.Tool.Json([
            .. _gradDot, "--targets", "test:0-24", "--picture", "f/a.png", "--report", "f/a.html", "--export", "f/a.csv"
        ]);
        JsonElement[] files = [.. result.GetProperty("files").EnumerateArray()];
        Assert.Equal(["picture", "report", "export"], files.Select(file => file.GetProperty("kind").GetString()));
        Assert.Equal(
            [runs.Tool.File("f/a.png"), runs.Tool.File("f/a.html"), runs.Tool.File("f/a.csv")],
            files.Select(file => file.GetProperty("path").GetString()));
        Assert.All(
            files,
            file =>
                Assert.Equal(new FileInfo(file.GetProperty("path").GetString()!).Length, file.GetProperty("bytes").GetInt64()));
        Assert.Equal(
            [(20, 5), (25, 0), (25, 0)],
            files.Select(file => (file.GetProperty("targets").GetInt32(), file.GetProperty("targetsLeftOut").GetInt32())));
        Assert.Equal(
            ["a.csv", "a.html", "a.png"],
            Directory.EnumerateFiles(runs.Tool.File("f")).Select(file => Path.GetFileName(file))
                .Order(StringComparer.Ordinal)); // nothing half-written

        Assert.Contains(
            "a.csv exists already", runs.Tool.Fails(2, [.. _gradDot, "--targets", "test:0", "--export", "f/a.csv", "--quiet"]),
            StringComparison.Ordinal);
        ChildResult replaced = runs.Tool.Run([.. _gradDot, "--targets", "test:0", "--export", "f/a.csv", "--force", "--quiet"]);
        Assert.Contains($"Export: {runs.Tool.File("f/a.csv")} (1 prediction, ", replaced.Output, StringComparison.Ordinal);
        Assert.Equal(101, File.ReadLines(runs.Tool.File("f/a.csv")).Count());
    }

    [Fact]
    public void Exported_scores_are_those_that_are_kept()
    {
        JsonElement result = runs.Tool.Json([.. _gradDot, "--targets", "test:3-5", "--export", "kept.csv", "--top", "1"]);
        using var arrays = SafetensorsFile.Open(result.GetProperty("scores").GetString()!);
        float[] scores = arrays.ReadSingles("scores");
        string[][] rows = [.. File.ReadLines(runs.Tool.File("kept.csv")).Skip(1).Select(line => line.Split(','))];
        Assert.Equal(scores.Length, rows.Length); // all of them, whatever --top says
        Assert.All(
            rows,
            row =>
                Assert.Equal(
                    scores[(Number(row[2], "train:") * 3) + Number(row[0], "test:") - 3],
                    float.Parse(row[5], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Report_quotes_an_evaluation_of_the_same_method_on_the_same_run()
    {
        string[] settings = ["--method", "data/grad-dot", "--train", "train:0-99"];
        runs.Tool.Json(["evaluate", "lds", "small", .. settings, "--targets", "test:0-4", "--subsets", "4", "--seeds", "2"]);
        runs.Tool.Json(["attribute", "small", .. settings, "--targets", "test:7", "--report", "judged.html"]);
        string page = File.ReadAllText(runs.Tool.File("judged.html"));
        Assert.Contains("Linear datamodeling score", page, StringComparison.Ordinal);
        Assert.DoesNotContain("other settings", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("`--export` is `a.txt`; required is the name of a file ending in .csv or .parquet.", "--export", "a.txt")]
    [InlineData("`--export` is `csv`", "--export", "csv")]
    [InlineData("`--picture` is `a.jpg`; required is the name of a file ending in .png.", "--picture", "a.jpg")]
    [InlineData("`--report` is `a.pdf`; required is the name of a file ending in .html or .htm.", "--report", "a.pdf")]
    [InlineData("`--picture` is ``", "--picture", "")]
    public void Unknown_ending_is_refused_before_anything_is_computed(string words, params string[] arguments) =>
        Assert.Contains(
            words, runs.Tool.Fails(2, [.. _gradDot, "--targets", "test:0", .. arguments, "--quiet"]), StringComparison.Ordinal);

    [Fact]
    public void Folder_of_that_name_is_refused()
    {
        Directory.CreateDirectory(runs.Tool.File("folder.html"));
        Assert.Contains(
            "`--report` is `folder.html`",
            runs.Tool.Fails(2, [.. _gradDot, "--targets", "test:0", "--report", "folder.html", "--force", "--quiet"]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_that_cannot_be_made_is_an_error_of_the_environment()
    {
        File.WriteAllText(runs.Tool.File("plain"), string.Empty);
        Assert.Contains(
            "can't be written", runs.Tool.Fails(4, [.. _gradDot, "--targets", "test:9", "--report", "plain/a.html", "--quiet"]),
            StringComparison.Ordinal);
    }

    private static int Number(string example, string split) => int.Parse(example[split.Length..], CultureInfo.InvariantCulture);
}
