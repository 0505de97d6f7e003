using System.Globalization;
using System.Text.Json;
using Tessar.Lenses.Data;
using Tessar.Methods;

namespace Tessar.Tests.Docs;

public sealed class DataLensPageTests
{
    private static readonly string _page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "data", "README.md"));

    // Choosing is only possible among all.
    [Fact]
    public void Page_links_every_method_of_the_catalog() =>
        Assert.All(new MethodCatalog(typeof(Trak).Assembly).Methods, method =>
            Assert.Contains($"({method.Name.Split('/')[1]}.md)", _page, StringComparison.Ordinal));

    [Fact]
    public void Table_holds_what_was_measured()
    {
        using JsonDocument measured =
            JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "bench", "results", "data-lens.json")));
        JsonProperty[] rows = [.. measured.RootElement.GetProperty("rows").EnumerateObject()];
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Contains($"| {row.Name} | {First(row.Value)}", _page, StringComparison.Ordinal));
    }

    // The first figure of a row's line.
    private static string First(JsonElement row) =>
        row.TryGetProperty("lds", out JsonElement lds) ? string.Create(CultureInfo.InvariantCulture, $"{lds.GetDouble():0.000} |")
        : row.TryGetProperty("auroc", out JsonElement auroc)
        ? string.Create(CultureInfo.InvariantCulture, $"{auroc.GetDouble():0.000} |")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * Shares(row).First(share => share > 0):0.#} % |");

    private static IEnumerable<double> Shares(JsonElement row) =>
        row.GetProperty("points").EnumerateArray().Select(point => point.GetProperty("share").GetDouble());
}
