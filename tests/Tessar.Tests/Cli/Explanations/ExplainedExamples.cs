using System.Security.Cryptography;
using Tessar.Cli.Explanations;
using Tessar.Cli.Json;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Tests.Cli.Explanations;

/// <summary>
/// An explanation with scores of our own choice, of 8×8 images in three classes with awkward names; some train labels are wrong
/// on purpose.
/// </summary>
internal sealed class ExplainedExamples : IDisposable
{
    public const int TrainCount = 30;
    public const string Comma = "one, \"two\"", Markup = "<i>&amp;", Control = "bell\u0007 é 猫";

    private readonly TemporaryFolder _folder = new();

    public ExplainedExamples(int targets = 3, Func<int, int, float>? score = null, int top = 10, AttributionReport? report = null)
    {
        Store = MakeStore(targets);
        Run = MakeRun();
        Train = new ExampleSet(Store, "train", 0, TrainCount, LabelOverlay.Plant(Store, "train", 0.2, 1));
        Targets = new ExampleSet(Store, "test", 0, targets);
        score ??= (i, j) => MathF.Sin((7 * i) + (3 * j) + 1);
        float[] scores = [.. Enumerable.Range(0, TrainCount * targets).Select(at => score(at / targets, at % targets))];
        Matrix = new AttributionMatrix(scores, TrainCount, targets, report ?? Report);
        Kept = AttributionResult.Save(
            Matrix, new RunView(Run), Train, Targets,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["damping"] = "0.3" }, top);
        // Every model answers the second class.
        float[] logits = [.. Enumerable.Range(0, targets).SelectMany(_ => new[] { 0f, 1, 0 })];
        Explanation = new Explanation
        {
            Matrix = Matrix,
            Document = Kept.Document,
            Result = AttributeJson.Of(TopAttribution.Of(Matrix, top), Kept, Train, Targets),
            Train = Train,
            Targets = Targets,
            Answers = Predictions.Save(Run, Run.LastCheckpoint(), Targets, logits, 0),
            Validation = Validation.Find(Run, Kept.Document, ensemble: 0),
        };
    }

    public static AttributionReport Report => new()
    {
        Method = "data/known",
        Output = "margin",
        Parameters = 1234,
        SkippedParameters = ["fc9.bias"],
        Units = "change of the margin, to first order",
        Checks = [new SelfCheck("cg-residual", 0.5, 0.001, "What is left.")],
        Remarks = ["Negative curvature was met."],
        Damping = [0.25],
        SecondsFeatures = 1,
        SecondsScoring = 1,
        ExamplesComputed = 30,
        GradientCheck = 0,
    };

    public ExampleStore Store { get; }

    public Run Run { get; }

    public ExampleSet Train { get; }

    public ExampleSet Targets { get; }

    public AttributionMatrix Matrix { get; }

    public AttributionResult Kept { get; }

    public Explanation Explanation { get; }

    /// <summary>The pixels of an example, [8, 8].</summary>
    public static byte[] PixelsOf(ExampleSet examples, int index) => examples.Image(index).ToArray();

    public string File(string name) => _folder.File(name);

    public void Dispose()
    {
        Store.Dispose();
        _folder.Dispose();
    }

    private ExampleStore MakeStore(int targets)
    {
        using (var writer = ExampleStoreWriter.Create(_folder.File("a.tess"), new StoreLayout
        {
            Columns = [StoreColumn.Image("image", new ImageShape(8, 8, 1)), StoreColumn.Scalar("label", ElementType.I32)],
            Splits = [new StoreSplit("train", 0, TrainCount), new StoreSplit("test", TrainCount, targets)],
            Classes = [Comma, Markup, Control],
        }))
        {
            for (int row = 0; row < TrainCount + targets; row++)
            {
                var random = new RandomStream(3, "explained", row);
                writer.Append([
                    .. Enumerable.Range(0, 64).Select(_ => (byte)random.NextInt32(256)),
                    .. BitConverter.GetBytes(row % 3)
                ]);
            }

            writer.Finish();
        }

        return ExampleStore.Open(_folder.File("a.tess"));
    }

    private Run MakeRun()
    {
        string directory = _folder.File("runs/known"), file = Path.Combine(
            "checkpoints", "step-00000000.safetensors"), path = Path.Combine(directory, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var weights = new SafetensorsWriter();
        weights.Add("fc1.bias", new float[3], 3);
        weights.Save(path);
        RunJson.Write(Path.Combine(directory, RunJson.FileName), new RunRecord
        {
            Schema = RunRecord.CurrentSchema,
            Name = "known",
            Kind = RunKind.Imported,
            Status = RunStatus.Completed,
            Created = DateTimeOffset.UnixEpoch,
            Program = new TrainingProgram
            {
                Model = "logistic",
                Parameters = 1,
                Data = new DataReference("a", Store.Path, Store.Identity, "train:0-29", "test:0-0"),
                Input = new ImageInput(Store.Image, new InputNormalization([0.5f], [0.25f])),
            },
            Classes = Store.ClassNames,
            Checkpoints = [new Checkpoint(
                file, 0, 0, Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(path))))],
            Versions = new RunVersions("0", "0", "0", "0"),
            Machine = new RunMachine("test", "test", 1, 1),
        });
        return Run.Open(directory);
    }
}
