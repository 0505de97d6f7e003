using System.Text.Json;

namespace Tessar.Results;

/// <summary>
/// Reads results as they were kept before there was one envelope: their numbers and arrays stay what they were.
/// </summary>
/// <remarks>
/// Attributions were <c>result.json</c> of schema 1 with everything at the top; comparisons, transfers and evaluations were what
/// <c>--json</c>
/// prints, in files of their own: <c>comparisons/KEY/comparison.json</c>, <c>transfer/NUMBER/transfer.json</c>,
/// <c>evaluations/KIND/KEY.json</c>.
/// </remarks>
internal static class EarlierResults
{
    private const string Lens = "data";

    /// <summary>An attribution of schema 1 as a document of today; null for anything else.</summary>
    public static ResultDocument? TryRead(JsonElement root, string path)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("schema", out JsonElement schema)
            || schema.ValueKind != JsonValueKind.Number
            || !schema.TryGetInt32(out int version) || version != 1 || !root.TryGetProperty("report", out _))
            return null;
        try
        {
            JsonElement report = root.GetProperty("report");
            return new ResultDocument
            {
                Lens = Lens,
                Method = Text(root, "method"),
                Run = Text(root, "run"),
                Created = root.GetProperty("created").GetDateTimeOffset(),
                Job = new ResultJob
                {
                    Question = Lens,
                    Method = Text(root, "method"),
                    Options = Options(root),
                    Runs = [.. Checkpoints(root).Select(checkpoint => checkpoint.Run).Distinct(StringComparer.Ordinal)],
                    Train = Text(root, "train"),
                    Targets = Text(root, "targets"),
                },
                Inputs = new ResultInputs
                {
                    Models = root.TryGetProperty("modelCode", out JsonElement code) ? [code.GetString()!] : [],
                    Checkpoints = Checkpoints(root), DataIdentity = Text(root, "dataIdentity"),
                    LabelsSha256 = Text(root, "labelsSha256"), Tessar = string.Empty,
                },
                Seconds = report.GetProperty("secondsFeatures").GetDouble() + report.GetProperty("secondsScoring").GetDouble(),
                Checks = report.TryGetProperty("checks", out JsonElement checks)
                    ? checks.Deserialize(EarlierJson.Default.SelfCheckArray) ?? []
                    : [],
                Remarks = report.TryGetProperty("remarks", out JsonElement remarks)
                    ? [.. remarks.EnumerateArray().Select(remark => remark.GetString()!)]
                    : [],
                Arrays = Text(root, "arrays"),
                ArraysSha256 = Text(root, "arraysSha256"),
                // Sign, top, topOnly and report stood at the top and are the answer now; what else stands there doesn't disturb.
                Payload = root.Clone(),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new FileFormatException(path, null, "an attribution's result", e.Message, ResultFolder.Remedy, e);
        }
    }

    /// <summary>The comparisons, transfers and evaluations of a folder of results that are kept in files of their own.</summary>
    public static IEnumerable<ResultSummary> Find(string root)
    {
        foreach (string folder in Below(Path.Combine(root, "comparisons")))
            yield return Summary(Path.Combine(folder, "comparison.json"), "data/compare");
        foreach (string folder in Below(Path.Combine(root, "transfer")))
            yield return Summary(Path.Combine(folder, "transfer.json"), "data/transfer");
        foreach (string kind in Below(Path.Combine(root, "evaluations")))
        {
            foreach (string file in Directory.EnumerateFiles(kind, "*.json"))
                yield return Summary(file, $"data/{Path.GetFileName(kind)}");
        }
    }

    private static ResultSummary Summary(string file, string question)
    {
        if (!File.Exists(file))
            return new ResultSummary(Lens, question, question, Path.GetDirectoryName(file)!, file)
            {
                Error = $"{file} is missing. {ResultFolder.Remedy}"
            };
        var made = new DateTimeOffset(File.GetLastWriteTimeUtc(file));
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
            string method = json.RootElement.TryGetProperty("method", out JsonElement named) ? named.ToString() : question;
            return new ResultSummary(Lens, question, method, Path.GetDirectoryName(file)!, file)
            {
                Created = made,
                Payload = json.RootElement.Clone()
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return new ResultSummary(Lens, question, question, Path.GetDirectoryName(file)!, file)
            {
                Created = made, Error = $"{file} isn't a result in JSON: {e.Message.TrimEnd('.')}. {ResultFolder.Remedy}",
            };
        }
    }

    private static string[] Below(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];

    private static ResultCheckpoint[] Checkpoints(JsonElement root) =>
    [
        .. root.GetProperty("checkpoints").EnumerateArray().Select(checkpoint => new ResultCheckpoint(
            Text(checkpoint, "run"), Text(checkpoint, "file"), checkpoint.GetProperty("step").GetInt64(),
            Text(checkpoint, "sha256"))),
    ];

    private static Dictionary<string, string> Options(JsonElement root) =>
        root.GetProperty("options").EnumerateObject()
            .ToDictionary(option => option.Name, option => option.Value.ToString(), StringComparer.Ordinal);

    private static string Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString() ?? throw new FormatException($"`{name}` is null");
}
