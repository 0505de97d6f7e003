using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Tessar.Bench.DataLens.Damping;

/// <summary>The figures of the study of dampings as tables of a page.</summary>
internal static class DampingTable
{
    /// <summary>Every cell: the best of the sweep beside what is taken without one.</summary>
    public static string Of(JsonArray cells)
    {
        var text = new StringBuilder(
            "| run and kernel | models | best of the sweep | standard error | auto | less than the best by |\n|---|---|---|---|---|---|\n");
        foreach (JsonNode? cell in cells)
        {
            JsonNode auto = cell!["rules"]!["auto"]!;
            text.Append(string.Create(
                CultureInfo.InvariantCulture,
                $"| {cell["run"]} {Kernel(cell)} | {cell["models"]} | {Number(cell["bestLds"]):0.000} at "
                    + $"{Number(cell["best"]):0.###} | {Number(cell["standardError"]):0.000} | {Number(auto["lds"]):0.000} at "
                    + $"{Number(auto["damping"]):0.##} | {-Number(cell["autoLessBest"]):0.000} "
                    + $"({-Number(cell["interval"]![1]):0.000} to {-Number(cell["interval"]![0]):0.000}) |\n"));
        }

        return text.ToString();
    }

    /// <summary>Every rule: how far it stays behind the sweep's best.</summary>
    public static string Rules(JsonArray cells)
    {
        var text = new StringBuilder("| rule | mean loss of LDS | largest | where | cells within 0.02 |\n|---|---|---|---|---|\n");
        foreach ((string rule, _) in cells[0]!["rules"]!.AsObject())
        {
            double Loss(JsonNode? cell) => Number(cell!["bestLds"]) - Number(cell["rules"]![rule]!["lds"]);
            JsonNode worst = cells.MaxBy(Loss)!;
            text.Append(string.Create(
                CultureInfo.InvariantCulture,
                $"| {rule} | {cells.Average(Loss):0.000} | {Loss(worst):0.000} | {worst["run"]} {Kernel(worst)} ×{worst["models"]} | "
                    + $"{cells.Count(cell => Loss(cell) <= 0.02)} of {cells.Count} |\n"));
        }

        return text.ToString();
    }

    private static string Kernel(JsonNode cell) => cell["kernel"]!.ToString()
        .Replace("sketch", "sketch k = ", StringComparison.Ordinal).Replace("land", "landmarks k = ", StringComparison.Ordinal);

    private static double Number(JsonNode? node) => node!.GetValue<double>();
}
