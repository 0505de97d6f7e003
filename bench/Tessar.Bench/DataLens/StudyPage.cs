using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Tessar.Bench.DataLens;

/// <summary>Writes the measured rows as the table of a page, between two marks.</summary>
internal static class StudyPage
{
    private const string First = "<!-- measured: written by the benchmark data-lens -->";
    private const string Last = "<!-- end of measured -->";

    /// <summary>Replaces what stands between the marks.</summary>
    public static void Fill(string path, JsonObject rows)
    {
        string page = File.ReadAllText(path);
        int from = page.IndexOf(First, StringComparison.Ordinal), to = page.IndexOf(Last, StringComparison.Ordinal);
        if (from < 0 || to < from)
            throw new InvalidOperationException($"{path} lacks the marks `{First}` and `{Last}`.");
        string temporary = path + ".part";
        File.WriteAllText(temporary, page[..(from + First.Length)] + "\n" + Table(rows) + page[to..]);
        File.Move(temporary, path, overwrite: true);
    }

    private static string Table(JsonObject rows)
    {
        var text = new StringBuilder("| run and method | LDS | 95 % interval | of the ceiling | models trained for it | scoring | peak memory |\n|---|---|---|---|---|---|---|\n");
        foreach ((string name, JsonNode? row) in rows)
        {
            if (row?["lds"] is not { } lds)
                continue;
            double score = lds.GetValue<double>();
            string ceiling = row["noiseCeiling"] is { } limit ? string.Create(CultureInfo.InvariantCulture, $"{100 * score / limit.GetValue<double>():0;-0;0} %") : "–";
            text.Append(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {score:0.000} | {row["interval"]![0]!.GetValue<double>():0.000} to {row["interval"]![1]!.GetValue<double>():0.000} | {ceiling} | {row["secondsEnsemble"]?.GetValue<double>() ?? 0:0} s | {row["secondsScoring"]!.GetValue<double>():0.0} s | {row["peakBytes"]!.GetValue<double>() / (1 << 20):0} MiB |\n"));
        }

        return text.ToString();
    }
}
