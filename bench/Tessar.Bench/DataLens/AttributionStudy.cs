using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tessar.Bench.DataLens;

/// <summary>
/// How well every attribution method does on the same models: linear datamodeling scores, their cost, and other tasks.
/// </summary>
/// <remarks>
/// 5,000 training and 500 test pictures of Fashion-MNIST; `mlp` and `logistic` by SGD; judged by 100 random halves times 5 seeds
/// each, which all methods share. Wrong labels are looked for in a `cnn` of 10,000 with a tenth of the labels flipped, brittle
/// predictions in the mlp. Each row keeps the command that makes it again. Rows that are in the result file already aren't
/// measured again: delete a row to have it measured, or the file for all. The table of <c>docs/data/README.md</c> is written from
/// the file.
/// </remarks>
internal static class AttributionStudy
{
    private const string Data = "fashion-mnist-mini";

    /// <summary>Where the figures are kept.</summary>
    public static string ResultPath { get; } = Path.Combine(TessarTool.Root, "bench", "results", "data-lens.json");

    /// <summary>Where the table stands.</summary>
    public static string PagePath { get; } = Path.Combine(TessarTool.Root, "docs", "data", "README.md");

    private static readonly string[] _noMomentum = ["--set", "optimizer.momentum=0"];

    private static readonly string[] _mlp =
        ["--model", "mlp", "--epochs", "50", "--batch", "64", "--optimizer", "sgd", "--lr", "0.01", "--schedule", "constant"];

    private static readonly string[] _logistic =
        ["--model", "logistic", "--epochs", "20", "--batch", "32", "--optimizer", "sgd", "--lr", "0.01", "--schedule", "constant",
         .. _noMomentum];

    private static readonly string[] _smooth =
        ["--model", "tanh-mlp", "--epochs", "50", "--batch", "64", "--optimizer", "sgd", "--lr", "0.01", "--schedule", "constant",
         .. _noMomentum];

    private static readonly string[] _flipped = [
        "--model", "cnn", "--data", Data, "--epochs", "4", "--label-errors", "0.1", "--seed", "1"
    ];

    public static object Run()
    {
        string folder = Path.Combine(TessarTool.Root, "runs", "data-lens-study");
        Directory.CreateDirectory(folder);
        var tool = new TessarTool(folder);
        string[] data = ["--data", Data, "--train", "train:0-4999", "--test", "test:0-499"];
        tool.TrainOnce("mlp", [.. data, .. _mlp]);
        tool.TrainOnce("logistic", [.. data, .. _logistic]);
        tool.TrainOnce("smooth", [.. data, .. _smooth]);
        tool.TrainOnce("flipped", _flipped);
        JsonObject kept = File.Exists(ResultPath) ? JsonNode.Parse(File.ReadAllText(ResultPath))!.AsObject() : new JsonObject();
        JsonObject before = kept["rows"]?.AsObject() ?? new JsonObject();
        foreach (StudyRow row in StudyRow.All.Where(row => !before.ContainsKey(row.Name)))
        {
            Console.Error.WriteLine(row.Name);
            before[row.Name] = Measure(tool, row);
            Write(InOrder(before));
        }

        JsonObject rows = InOrder(before);
        Write(rows);

        StudyPage.Fill(PagePath, rows);
        return rows;
    }

    private static JsonObject InOrder(JsonObject rows) =>
        new(StudyRow.All.Where(row => rows.ContainsKey(row.Name))
            .Select(row => KeyValuePair.Create(row.Name, rows[row.Name]?.DeepClone())));

    private static JsonObject Measure(TessarTool tool, StudyRow row)
    {
        JsonElement found = tool.Json(row.Arguments);
        var figures = new JsonObject { ["command"] = "tessar " + string.Join(' ', row.Arguments) + " --json" };
        foreach (string key in row.Kept)
        {
            if (found.TryGetProperty(key, out JsonElement value))
                figures[key] = JsonNode.Parse(value.GetRawText());
        }

        return figures;
    }

    private static void Write(JsonObject rows)
    {
        var document = new JsonObject
        {
            ["benchmark"] = "data-lens",
            ["command"] = "dotnet run -c Release --project bench/Tessar.Bench -- data-lens",
            ["data"] = Data,
            ["training"] = new JsonObject
            {
                ["mlp"] = string.Join(' ', _mlp),
                ["logistic"] = string.Join(' ', _logistic),
                ["smooth"] = string.Join(' ', _smooth),
                ["flipped"] = string.Join(' ', _flipped),
            },
            ["machine"] = JsonSerializer.SerializeToNode(Runs.RunEnvironment.Machine()),
            ["rows"] = rows.DeepClone(),
        };
        string temporary = ResultPath + ".part";
        File.WriteAllText(temporary, document.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        File.Move(temporary, ResultPath, overwrite: true);
    }
}
