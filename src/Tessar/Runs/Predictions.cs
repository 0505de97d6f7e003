using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Tasks;
using Tessar.Tensors;

namespace Tessar.Runs;

/// <summary>What a run's model answers to some examples: one logit per class and example. Read without libtorch.</summary>
/// <remarks>
/// Kept under the run as <c>results/predictions/RANGE/KEY/</c>: <c>arrays.safetensors</c> with <c>logits</c>, float32 [targets,
/// classes], and <c>result.json</c>. The key is a hash of the weights, the data, the range and the encoding of inputs, so what is
/// found always belongs to what was asked.
/// </remarks>
public sealed class Predictions
{
    private const string ResultsFolder = "results";
    private const string PredictionsFolder = "predictions";

    private readonly float[] _logits;
    private readonly ITask _task;

    private Predictions(string directory, PredictionsRecord record, float[] logits, ITask task)
    {
        Directory = directory;
        Record = record;
        _logits = logits;
        _task = task;
    }

    /// <summary>The folder of <c>result.json</c> and <c>arrays.safetensors</c>, a full path.</summary>
    public string Directory { get; }

    /// <summary>The content of <c>result.json</c>.</summary>
    public PredictionsRecord Record { get; }

    /// <summary>The array file, a full path.</summary>
    public string ArraysPath => Path.Combine(Directory, Record.Arrays);

    /// <summary>Number of examples.</summary>
    public int Count => _logits.Length / Classes;

    /// <summary>Number of classes: of numbers that the model emits for an example.</summary>
    public int Classes => _task.Outputs.Count;

    /// <summary>The logits of an example.</summary>
    /// <param name="index">In [0, <see cref="Count"/>), counted within the predicted range.</param>
    /// <returns>[classes].</returns>
    public ReadOnlySpan<float> Logits(int index) => _logits.AsSpan(checked(index * Classes), Classes);

    /// <summary>The class with the largest logit; the first of equals.</summary>
    /// <param name="index">In [0, <see cref="Count"/>).</param>
    /// <exception cref="TessarException">The run's answers aren't classes.</exception>
    public int Predicted(int index) => _task.AsClasses("The predicted class").Predicted(Logits(index));

    /// <summary>The probability of each class: softmax of the logits, where the run's task is classification.</summary>
    /// <param name="index">In [0, <see cref="Count"/>).</param>
    /// <returns>[classes], summing to 1.</returns>
    /// <exception cref="TessarException">The run's answers aren't classes.</exception>
    public double[] Probabilities(int index) => _task.AsClasses("The probability of a class").Probabilities(Logits(index));

    /// <summary>Compares the predictions with the labels of the same examples.</summary>
    /// <param name="labels">The predicted examples, labels overlaid or not.</param>
    /// <returns>
    /// The mean loss, cross-entropy in nats for classification, and the share predicted as labelled; NaN where the run's task has
    /// no such measure.
    /// </returns>
    /// <exception cref="ArgumentException">The set is another than the predicted one.</exception>
    public (double Loss, double Accuracy) Score(ExampleSet labels)
    {
        Measured measured = Measure(labels);
        return (measured[Tasks.Measure.Loss] ?? double.NaN, measured[Tasks.Measure.Accuracy] ?? double.NaN);
    }

    /// <summary>All measures of the run's task on the same examples.</summary>
    /// <inheritdoc cref="Score"/>
    internal Measured Measure(ExampleSet labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.ToString() != Record.Targets || labels.Store.Identity != Record.DataIdentity)
            throw new ArgumentException(
                $"The labels are those of {labels}, the predictions those of {Record.Targets}. Pass the predicted set.",
                nameof(labels));
        return _task.Of(_logits, labels);
    }

    /// <summary>Finds predictions that were made before.</summary>
    /// <param name="run">The run.</param>
    /// <param name="targets">
    /// The range, as predicted: <c>test:0-99</c>; <c>test</c> or <c>train</c> alone for the run's own set.
    /// </param>
    /// <param name="checkpoint">One of the run's; the last by default.</param>
    /// <returns>The predictions, or null when there are none for these weights and examples.</returns>
    /// <exception cref="FileFormatException">The files are damaged.</exception>
    public static Predictions? TryOpen(Run run, string targets, Checkpoint? checkpoint = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrEmpty(targets);
        if ((checkpoint ?? (run.Checkpoints.Count > 0 ? run.Checkpoints[^1] : null)) is not { } weights)
            return null;
        DataReference data = run.Record.Program.Data;
        if (!targets.Contains(':', StringComparison.Ordinal))
            targets = new[] { data.Test, data.Train }.FirstOrDefault(set =>
                set.StartsWith(targets + ":", StringComparison.Ordinal)) ?? targets;
        return TryOpen(
            DirectoryOf(run.Directory, run.IdentityOf(weights), data.Identity, targets, run.Record.Program.Input),
            run);
    }

    /// <summary>
    /// The ranges for which there are, or once were, predictions: split, then first and last example, such as <c>test-0-99</c>.
    /// </summary>
    internal static IEnumerable<string> RangesOf(Run run)
    {
        string folder = Path.Combine(run.Directory, ResultsFolder, PredictionsFolder);
        return System.IO.Directory.Exists(folder)
            ? System.IO.Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path))
            : [];
    }

    /// <summary>Keeps freshly computed logits.</summary>
    /// <param name="run">The run, as it is on the disk.</param>
    /// <param name="weights">The checkpoint that answered.</param>
    /// <param name="targets">The examples.</param>
    /// <param name="logits">[targets, classes].</param>
    /// <param name="seconds">What it took.</param>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    internal static Predictions Save(Run run, Checkpoint weights, ExampleSet targets, float[] logits, double seconds)
    {
        string runDirectory = run.Directory;
        TrainingProgram program = run.Record.Program;
        string directory = DirectoryOf(
            runDirectory, run.IdentityOf(weights), targets.Store.Identity, targets.ToString(), program.Input);
        var record = new PredictionsRecord
        {
            Run = run.Name,
            Created = DateTimeOffset.UtcNow,
            Checkpoints =
            [
                weights with
                {
                    File = Path.GetRelativePath(runDirectory, Path.Combine(runDirectory, weights.File)), Answers = null,
                    OptimizerSha256 = null,
                },
            ],
            DataIdentity = targets.Store.Identity,
            Targets = targets.ToString(),
            Input = program.Input,
            Seconds = seconds,
        };
        var arrays = new SafetensorsWriter { IsSealed = true };
        arrays.Add("logits", logits, logits.Length / run.Task.Outputs.Count, run.Task.Outputs.Count);
        arrays.Save(Path.Combine(directory, record.Arrays));
        SealedJson.Write(
            Path.Combine(directory, PredictionsRecord.FileName),
            JsonSerializer.Serialize(record, PredictionsJsonContext.Default.PredictionsRecord) + "\n");
        return new Predictions(directory, record, logits, run.Task);
    }

    /// <summary>Predictions of this folder, made by this run; null when it holds none.</summary>
    internal static Predictions? TryOpen(string directory, Run run)
    {
        int classes = run.Task.Outputs.Count;
        string path = Path.Combine(directory, PredictionsRecord.FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            byte[] json = File.ReadAllBytes(path);
            SealedJson.Check(path, json, Advice(directory));
            PredictionsRecord record = JsonSerializer.Deserialize(
                EarlierInput.Upgrade(json, run.Record.Program.Input), PredictionsJsonContext.Default.PredictionsRecord)
                ?? throw new JsonException("null instead of an object");
            using SafetensorsFile arrays = SafetensorsFile.Open(Path.Combine(directory, PredictionsRecord.ArraysFile));
            if (!arrays.TryGet("logits", out TensorEntry? entry) || entry.Shape.Count != 2 || entry.Shape[1] != classes)
                throw new FileFormatException(
                    arrays.Path, null, $"`logits` [targets, {classes}]", "none of that shape", Advice(directory));
            return new Predictions(directory, record, arrays.ReadSingles("logits"), run.Task);
        }
        catch (JsonException e)
        {
            throw new FileFormatException(path, null, "the JSON of predictions", e.Message, Advice(directory), e);
        }
    }

    /// <summary>Where predictions lie; the path is the same exactly when everything they depend on is.</summary>
    /// <param name="runDirectory">The run's folder.</param>
    /// <param name="weights">What the checkpoint computes: <see cref="Run.IdentityOf"/>.</param>
    /// <param name="dataIdentity">Identity of the example store.</param>
    /// <param name="targets">The examples.</param>
    /// <param name="input">What the model is given.</param>
    internal static string DirectoryOf(
        string runDirectory, string weights, string dataIdentity, string targets, ModelInput input)
    {
        byte[] all = Encoding.UTF8.GetBytes($"predictions 1\n{weights}\n{dataIdentity}\n{targets}\n{input.EncodingKey}");
        string key = Convert.ToHexStringLower(SHA256.HashData(all))[..16];
        // A colon can't be part of a file name everywhere.
        return Path.Combine(runDirectory, ResultsFolder, PredictionsFolder, targets.Replace(':', '-'), key);
    }

    private static string Advice(string directory) => $"Remove {directory} and predict again.";
}

/// <summary>The content of the <c>result.json</c> of predictions.</summary>
public sealed record PredictionsRecord
{
    internal const string FileName = "result.json";
    internal const string ArraysFile = "arrays.safetensors";

    /// <summary>Version of this description; 1.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>What was done: <c>predictions</c>.</summary>
    public string Method { get; init; } = "predictions";

    /// <summary>The run's name.</summary>
    public required string Run { get; init; }

    /// <summary>When they were computed, UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The one checkpoint whose weights answered; its file relative to the run's folder.</summary>
    public required IReadOnlyList<Checkpoint> Checkpoints { get; init; }

    /// <summary>Identity of the example store.</summary>
    public required string DataIdentity { get; init; }

    /// <summary>The examples, such as <c>test:0-1999</c> (both ends included).</summary>
    public required string Targets { get; init; }

    /// <summary>What the model was given.</summary>
    public required ModelInput Input { get; init; }

    /// <summary>Seconds the forward passes took.</summary>
    public required double Seconds { get; init; }

    /// <summary>The array file, in the same folder.</summary>
    public string Arrays { get; init; } = ArraysFile;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PredictionsRecord))]
internal sealed partial class PredictionsJsonContext : JsonSerializerContext;
