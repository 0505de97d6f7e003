using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Tessar.Bench.DataLens;

/// <summary>Writes the measured rows as tables of a page, each between two marks.</summary>
internal static class StudyPage
{
    private const string Last = "<!-- end of measured -->";

    private static readonly (string Name, Func<JsonObject, string> Table)[] s_tables = [("measured", Scores), ("wrong labels", Labels), ("flips", Flips)];

    /// <summary>Replaces what stands between the marks.</summary>
    public static void Fill(string path, JsonObject rows)
    {
        string page = File.ReadAllText(path);
        foreach ((string name, Func<JsonObject, string> table) in s_tables)
        {
            string first = $"<!-- {name}: written by the benchmark data-lens -->";
            int from = page.IndexOf(first, StringComparison.Ordinal), to = from < 0 ? -1 : page.IndexOf(Last, from, StringComparison.Ordinal);
            if (to < from || from < 0)
                throw new InvalidOperationException($"{path} lacks the marks `{first}` and `{Last}`.");
            page = page[..(from + first.Length)] + "\n" + table(rows) + page[to..];
        }

        string temporary = path + ".part";
        File.WriteAllText(temporary, page);
        File.Move(temporary, path, overwrite: true);
    }

    private static string Scores(JsonObject rows) => Table(
        "run and method | LDS | 95 % interval | of the ceiling | models trained for it | scoring | peak memory",
        rows, "lds", (name, row) =>
        {
            double score = Number(row["lds"]);
            string ceiling = row["noiseCeiling"] is { } limit ? string.Create(CultureInfo.InvariantCulture, $"{100 * score / Number(limit):0;-0;0} %") : "–";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{name} | {score:0.000} | {Number(row["interval"]![0]):0.000} to {Number(row["interval"]![1]):0.000} | {ceiling} | {row["secondsEnsemble"]?.GetValue<double>() ?? 0:0} s | {Number(row["secondsScoring"]):0.0} s | {Number(row["peakBytes"]) / (1 << 20):0} MiB");
        });

    private static string Labels(JsonObject rows) => Table(
        "method | AUROC | 95 % interval | found in the first 5 % | in 10 % | in 20 % | time",
        rows, "auroc", (name, row) => string.Create(
            CultureInfo.InvariantCulture,
            $"{name} | {Number(row["auroc"]):0.000} | {Number(row["aurocInterval"]![0]):0.000} to {Number(row["aurocInterval"]![1]):0.000} | {100 * Number(row["foundInFirst5Percent"]):0} % | {100 * Number(row["foundInFirst10Percent"]):0} % | {100 * Number(row["foundInFirst20Percent"]):0} % | {Number(row["seconds"]):0.0} s"));

    private static string Flips(JsonObject rows) => Table(
        "method | removed | predictions flipped | by random removal | times as many",
        rows, "points", (name, row) => string.Join(" |\n| ", row["points"]!.AsArray().Where(point => Number(point!["share"]) > 0).Select(point => string.Create(
            CultureInfo.InvariantCulture,
            $"{name} | {100 * Number(point!["share"]):0.#} % | {Share(point["flipped"])} | {Share(point["random"])} | {Times(point["ratio"])}"))));

    private static string Table(string head, JsonObject rows, string key, Func<string, JsonNode, string> line)
    {
        var text = new StringBuilder($"| {head} |\n|{string.Concat(Enumerable.Repeat("---|", head.Count(c => c == '|') + 1))}\n");
        foreach ((string name, JsonNode? row) in rows)
        {
            if (row?[key] is not null)
                text.Append($"| {line(name, row)} |\n");
        }

        return text.ToString();
    }

    private static string Share(JsonNode? estimate) => string.Create(
        CultureInfo.InvariantCulture, $"{100 * Number(estimate!["value"]):0} % ({100 * Number(estimate["low"]):0} to {100 * Number(estimate["high"]):0})");

    // Nothing flips by chance: no ratio.
    private static string Times(JsonNode? ratio) => ratio!["value"] is { } value ? string.Create(CultureInfo.InvariantCulture, $"{Number(value):0.0}") : "–";

    private static double Number(JsonNode? node) => node!.GetValue<double>();
}
