using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>Keeps evaluations with their run: <c>results/evaluations/KIND/KEY.json</c>, what `--json` prints.</summary>
internal static class EvaluationFiles
{
    /// <summary>Writes a result under a key made from what doesn't change from one time to the next.</summary>
    /// <returns>The file.</returns>
    public static string Save<T>(T result, JsonTypeInfo<T> type, Run run, string kind, T essence)
    {
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(essence, type) + run.ModelKey)))[..16];
        string path = Path.Combine(run.Directory, "results", "evaluations", kind, $"{key}.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.WriteText(path, JsonSerializer.Serialize(result, type) + "\n");
        return path;
    }

    /// <summary>Writes a ranking of training examples beside a result: <c>ranking</c> I32, most suspicious first, and <c>suspicion</c> F32 of each example.</summary>
    /// <param name="result">The result's file; the ranking's has its name and ends in .safetensors.</param>
    /// <param name="ranking">Indices of the examples.</param>
    /// <param name="suspicion">One number per example, in order of index.</param>
    public static string SaveRanking(string result, IReadOnlyList<int> ranking, float[] suspicion)
    {
        string path = Path.ChangeExtension(result, ".safetensors");
        var writer = new SafetensorsWriter { IsSealed = true };
        writer.Add("ranking", ranking.ToArray(), ranking.Count);
        writer.Add("suspicion", suspicion, suspicion.Length);
        writer.Save(path);
        return path;
    }
}
