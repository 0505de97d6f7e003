using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tessar.Cli.Json;
using Tessar.Lenses.Data.Comparison;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Cli.Commands;

/// <summary>Keeps a comparison with its first run: <c>results/comparisons/KEY</c> with <c>comparison.json</c> and <c>directions.safetensors</c>.</summary>
internal static class ComparisonFiles
{
    /// <summary>Writes both files; the directions of A and B as f32 [directions, train examples] and their projections [directions, queries].</summary>
    /// <returns>The folder.</returns>
    public static string Save(CompareJson result, RecipeDifference difference, Run run)
    {
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            JsonSerializer.Serialize(result with { Seconds = 0, SecondsTraining = 0 }, JsonOutput.Printing.CompareJson) + run.ModelKey)))[..16];
        string folder = Path.Combine(run.Directory, "results", "comparisons", key);
        Directory.CreateDirectory(folder);
        var writer = new SafetensorsWriter { IsSealed = true };
        Add(writer, "A", difference.OfA);
        Add(writer, "B", difference.OfB);
        if (difference.OfA.Count + difference.OfB.Count > 0)
            writer.Save(Path.Combine(folder, "directions.safetensors"));
        AtomicFile.WriteText(Path.Combine(folder, "comparison.json"), JsonSerializer.Serialize(result with { Result = folder }, JsonOutput.Printing.CompareJson) + "\n");
        return folder;
    }

    private static void Add(SafetensorsWriter writer, string recipe, IReadOnlyList<RecipeDirection> directions)
    {
        if (directions.Count == 0)
            return;
        writer.Add($"directions{recipe}", directions.SelectMany(d => d.Loadings.Select(v => (float)v)).ToArray(), directions.Count, directions[0].Loadings.Count);
        writer.Add($"projections{recipe}", directions.SelectMany(d => d.Projections.Select(v => (float)v)).ToArray(), directions.Count, directions[0].Projections.Count);
    }
}
