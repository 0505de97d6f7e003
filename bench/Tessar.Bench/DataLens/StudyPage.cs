using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Tessar.Bench.DataLens;

/// <summary>Writes the measured rows as tables of a page, each between two marks.</summary>
internal static class StudyPage
{
    private const string Last = "<!-- end of measured -->";

    /// <summary>Writes the tables of the study of methods.</summary>
    public static void Fill(string path, JsonObject rows)
    {
        Replace(path, "measured", Scores(rows));
        Replace(path, "sweeps", Sweeps(rows));
        Replace(path, "wrong labels", Labels(rows));
        Replace(path, "flips", Flips(rows));
    }

    /// <summary>Replaces what stands between two marks.</summary>
    public static void Replace(string path, string name, string table)
    {
        string page = File.ReadAllText(path), first = $"<!-- {name}: written by the benchmarks -->";
        int from = page.IndexOf(first, StringComparison.Ordinal), to = from < 0
            ? -1
            : page.IndexOf(Last, from, StringComparison.Ordinal);
        if (to < 0)
            throw new InvalidOperationException($"{path} lacks the marks `{first}` and `{Last}`.");
        string temporary = path + ".part";
        File.WriteAllText(temporary, page[..(from + first.Length)] + "\n" + table + page[to..]);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>What features of k numbers lose, as <see cref="KernelCurve"/> found it.</summary>
    public static string Kernels(JsonNode curve)
    {
        string dampings = string.Join(" / ", curve["dampings"]!.AsArray().Select(d => d!.ToString()));
        var text =
            new StringBuilder(
                $"| examples | kept per example | relative kernel error | of the exact ten strongest, damping {dampings} | "
                    + $"correlation of scores |\n|---|---|---|---|---|\n");
        foreach (JsonNode? curves in curve["curves"]!.AsArray())
        {
            foreach (JsonNode? point in curves!["points"]!.AsArray()
                .Where(point => point!["kind"]!.ToString() is "sketch" or "landmarks"))
            {
                string Each(string key, string format, double factor = 1) =>
                    string.Join(
                        " / ",
                        point![key]!.AsArray().Select(x => (factor * Number(x)).ToString(format, CultureInfo.InvariantCulture)));
                text.Append(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {Number(curves["examples"]):N0} | {point!["kind"]}, k = {Number(point["width"]):N0} | "
                        + $"{Number(point["kernelError"]):0.000} | {Each("topTen", "0", 100)} % | "
                        + $"{Each("correlation", "0.00")} |\n"));
            }
        }

        return text.ToString();
    }

    private static string Scores(JsonObject rows) => Table(
        "run and method | LDS | 95 % interval | of the ceiling | models trained for it | scoring | peak memory",
        rows, "lds", (name, row) =>
        {
            double score = Number(row["lds"]);
            string ceiling = row["noiseCeiling"] is { } limit
                ? string.Create(CultureInfo.InvariantCulture, $"{100 * score / Number(limit):0;-0;0} %")
                : "–";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{name} | {score:0.000} | {Number(row["interval"]![0]):0.000} to {Number(row["interval"]![1]):0.000} | "
                    + $"{ceiling} | {row["secondsEnsemble"]?.GetValue<double>() ?? 0:0} s | {Number(row["secondsScoring"]):0.0} "
                    + $"s | {Number(row["peakBytes"]) / (1 << 20):0} MiB");
        });

    private static string Sweeps(JsonObject rows) => Table(
        "run and method | option | LDS at each value, on the targets that don't decide | decided",
        rows, "sweep", (name, row) => string.Create(
            CultureInfo.InvariantCulture,
            $"{name} | `{row["sweep"]!["option"]}` | "
                + $"{string.Join(", ", Points(row["sweep"]!))} | {row["sweep"]!["best"]}"));

    private static IEnumerable<string> Points(JsonNode sweep) => sweep["points"]!.AsArray().Select(point =>
        string.Create(CultureInfo.InvariantCulture, $"{point!["value"]}: {Number(point["lds"]):.000}"));

    private static string Labels(JsonObject rows) => Table(
        "method | AUROC | 95 % interval | found in the first 5 % | in 10 % | in 20 % | time",
        rows, "auroc", (name, row) => string.Create(
            CultureInfo.InvariantCulture,
            $"{name} | {Number(row["auroc"]):0.000} | {Number(row["aurocInterval"]![0]):0.000} to "
                + $"{Number(row["aurocInterval"]![1]):0.000} | {100 * Number(row["foundInFirst5Percent"]):0} % | "
                + $"{100 * Number(row["foundInFirst10Percent"]):0} % | {100 * Number(row["foundInFirst20Percent"]):0} % | "
                + $"{Number(row["seconds"]):0.0} s"));

    private static string Flips(JsonObject rows) => Table(
        "method | removed | predictions flipped | by random removal | times as many",
        rows, "points",
        (name, row) =>
            string.Join(
                " |\n| ", row["points"]!.AsArray().Where(point => Number(point!["share"]) > 0).Select(point => string.Create(
            CultureInfo.InvariantCulture,
            $"{name} | {100 * Number(point!["share"]):0.#} % | {Share(point["flipped"])} | {Share(point["random"])} | "
                + $"{Times(point["ratio"])}"))));

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
        CultureInfo.InvariantCulture,
        $"{100 * Number(estimate!["value"]):0} % ({100 * Number(estimate["low"]):0} to {100 * Number(estimate["high"]):0})");

    // Nothing flips by chance: no ratio.
    private static string Times(JsonNode? ratio) =>
        ratio!["value"] is { } value ? string.Create(CultureInfo.InvariantCulture, $"{Number(value):0.0}") : "–";

    private static double Number(JsonNode? node) => node!.GetValue<double>();
}
