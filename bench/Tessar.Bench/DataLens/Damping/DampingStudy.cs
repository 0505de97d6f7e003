using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tessar.Bench.DataLens.Damping;

/// <summary>
/// Which damping of data/trak predicts retrained models best, and how near to it rules come that know the run alone.
/// </summary>
/// <remarks>
/// `mlp`, `cnn` and `logistic` on 2,000 and 5,000 pictures of Fashion-MNIST, judged by random halves trained on; exact kernel,
/// sketch and landmarks of ten models on other halves, averaged over 1, 5 and 10 of them. Trainings and eigenvectors are kept
/// below runs/damping-study, so that another rule costs seconds. Runs
/// whose cells are in the result file aren't measured again: delete them, or the file for all.
/// </remarks>
internal static class DampingStudy
{
    private const int Models = 10;

    private static readonly string[] _sgd = ["--optimizer", "sgd", "--lr", "0.01", "--schedule", "constant"];

    private static readonly Job[] _jobs =
    [
        new("mlp-2000", ["--model", "mlp", "--epochs", "30", "--batch", "32", .. _sgd], 2000, 500, 100, 3),
        new("logistic-2000", [.. Logistic()], 2000, 500, 100, 2),
        new("cnn-2000", ["--model", "cnn", "--epochs", "10", "--batch", "32"], 2000, 200, 50, 1),
        new("mlp-5000", ["--model", "mlp", "--epochs", "50", "--batch", "64", .. _sgd], 5000, 500, 60, 5),
        new("logistic-5000", [.. Logistic()], 5000, 500, 100, 2),
        new("cnn-5000", ["--model", "cnn", "--epochs", "6", "--batch", "32"], 5000, 200, 30, 1),
    ];

    private static string ResultPath => Path.Combine(TessarTool.Root, "bench", "results", "damping.json");

    private static string PagePath => Path.Combine(TessarTool.Root, "docs", "data", "trak.md");

    public static object Run()
    {
        string folder = Path.Combine(TessarTool.Root, "runs", "damping-study");
        Directory.CreateDirectory(folder);
        var tool = new TessarTool(folder);
        JsonArray cells = File.Exists(ResultPath)
            ? JsonNode.Parse(File.ReadAllText(ResultPath))!["cells"]!.DeepClone().AsArray()
            : [];
        foreach (Job job in _jobs.Where(job => cells.All(cell => cell!["run"]!.ToString() != job.Name)))
        {
            tool.TrainOnce(
                job.Name,
                [
                    "--data", "fashion-mnist-mini", "--train", Range("train", job.Examples), "--test", "test:0-499",
                    .. job.Training,
                ]);
            // Any method trains the models that judge and those that explain.
            tool.Json(
                "evaluate", "lds", job.Name, "--method", "data/random", "--targets", Range("test", job.Targets), "--subsets",
                Text(job.Subsets), "--seeds", Text(job.Seeds), "--ensemble", Text(Models));
            using var models = new StudyModels(folder, job);
            foreach (string kind in models.Kinds)
            {
                Console.Error.WriteLine($"{job.Name} {kind}");
                foreach (JsonObject cell in new DampingCell(models, kind).Measure())
                    cells.Add(cell);
            }

            Write(cells);
        }

        return Write(cells);
    }

    private static JsonObject Write(JsonArray cells)
    {
        var document = new JsonObject
        {
            ["benchmark"] = "damping",
            ["command"] = "dotnet run -c Release --project bench/Tessar.Bench -- damping",
            ["grid"] = new JsonArray([.. DampingCell.Grid.Select(damping => JsonValue.Create(Math.Round(damping, 4)))]),
            ["jobs"] = JsonSerializer.SerializeToNode(_jobs.Select(job => new
            {
                run = job.Name,
                training = string.Join(' ', job.Training),
                examples = job.Examples,
                targets = job.Targets,
                subsets = job.Subsets,
                seeds = job.Seeds,
            })),
            ["machine"] = JsonSerializer.SerializeToNode(Runs.RunEnvironment.Machine()),
            ["cells"] = cells.DeepClone(),
        };
        File.WriteAllText(ResultPath, document.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        StudyPage.Replace(PagePath, "damping", DampingTable.Of(cells));
        StudyPage.Replace(PagePath, "damping rules", DampingTable.Rules(cells));
        return document;
    }

    private static string[] Logistic() =>
        ["--model", "logistic", "--epochs", "20", "--batch", "32", .. _sgd, "--set", "optimizer.momentum=0"];

    private static string Range(string split, int count) => string.Create(CultureInfo.InvariantCulture, $"{split}:0-{count - 1}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>One training program and what judges it.</summary>
    /// <param name="Name">Of the run.</param>
    /// <param name="Training">What it is trained with.</param>
    /// <param name="Examples">n.</param>
    /// <param name="Targets">m.</param>
    /// <param name="Subsets">Halves that judge.</param>
    /// <param name="Seeds">Trainings of each.</param>
    internal sealed record Job(string Name, string[] Training, int Examples, int Targets, int Subsets, int Seeds);
}
