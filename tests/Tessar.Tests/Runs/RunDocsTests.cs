using System.Text.RegularExpressions;
using Tessar.Runs;

namespace Tessar.Tests.Runs;

public sealed partial class RunDocsTests
{
    private static readonly string _page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "runs.md"));

    [Fact]
    public void Example_of_run_json_is_one()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("run.json"), JsonBlock().Match(_page).Groups["json"].Value);
        EditedFile.Accept(folder.File("run.json"));
        RunRecord record = RunJson.Read(folder.File("run.json"));
        // Written again it has the same fields, so the page shows all of them.
        RunJson.Write(folder.File("again.json"), record);
        Assert.Equal(
            Keys(File.ReadAllText(folder.File("run.json"))), Keys(File.ReadAllText(folder.File("again.json"))),
            StringComparer.Ordinal);
    }

    [Fact]
    public void Every_metric_column_is_described() =>
        Assert.All(MetricColumns.Schema.FieldsList, field => Assert.Contains($"`{field.Name}`", _page, StringComparison.Ordinal));

    private static IEnumerable<string> Keys(string json) => Key().Matches(json).Select(match => match.Value);

    [GeneratedRegex(
        "```json\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex JsonBlock();

    [GeneratedRegex("\"[A-Za-z0-9]+\":", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key();
}
