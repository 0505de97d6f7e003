using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Web.Tests.Recording;

/// <summary>What a recorded run of the tests holds; written by the library's own writers, without libtorch.</summary>
internal sealed record RunRecipe
{
    public string Name { get; init; } = "demo";

    public RunKind Kind { get; init; } = RunKind.Trained;

    public RunStatus Status { get; init; } = RunStatus.Completed;

    public DateTimeOffset Created { get; init; } = new(2026, 3, 4, 10, 15, 0, TimeSpan.Zero);

    /// <summary>The run's task; null for the usual one.</summary>
    public string? Task { get; init; }

    public double PlantedFraction { get; init; } = 0.05;

    public IReadOnlyList<MetricRow> Metrics { get; init; } = Curves.Usual;

    public bool HasPredictions { get; init; } = true;

    public IReadOnlyList<string> Methods { get; init; } = ["data/trak"];

    /// <summary>Writes the run.</summary>
    /// <param name="runsDirectory">The folder of all runs.</param>
    public void Write(string runsDirectory)
    {
        using ExampleStore store = DataCatalog.Open("fashion-mnist-mini");
        LabelOverlay? labels = PlantedFraction > 0 ? LabelOverlay.Plant(store, "train", PlantedFraction, seed: 7) : null;
        using (RunWriter writer = RunWriter.Create(runsDirectory, Record(store, labels), labels))
        {
            foreach (MetricRow row in Metrics)
                writer.Metrics.Append(row);
            string weights = Path.Combine(writer.Directory, "weights.tmp-0");
            var tensors = new SafetensorsWriter();
            tensors.Add("fc.weight", new float[] { 1, 2, 3, 4 }, 2, 2);
            tensors.Save(weights);
            writer.CopyCheckpoint(weights, module: null);
            File.Delete(weights);
            MetricRow last = Metrics.LastOrDefault(row => row.TestLoss is not null);
            writer.Finish(Status, Status == RunStatus.Completed && Kind == RunKind.Trained
                ? new FinalMetrics(0.3921, 0.8412, last.TestLoss, last.TestAccuracy, 41.7)
                {
                    Others = last.Others,
                } : null);
        }

        Run run = Run.Open(Path.Combine(runsDirectory, Name));
        if (!HasPredictions && Methods.Count == 0)
            return;
        Evidence evidence = Known(store, labels);
        ExampleSet train = ExampleSet.Parse(store, Evidence.Train, labels), test = ExampleSet.Parse(store, Evidence.Test);
        if (HasPredictions)
            Predictions.Save(run, run.Record.Checkpoints[^1], test, evidence.Logits, seconds: 0.4);
        foreach ((int place, string method) in Methods.Index())
        {
            AttributionResult result = AttributionResult.Save(
                evidence.Matrix(method, train.Count, test.Count), new RunView(run), train, test,
                new Dictionary<string, string>(StringComparer.Ordinal), top: 10);
            JsonFile.Edit(Path.Combine(result.Folder, "result.json"), json => json["created"] = Created.AddMinutes(2 - place));
        }
    }

    private static readonly Dictionary<string, Evidence> _computed = new(StringComparer.Ordinal);

    private static Evidence Known(ExampleStore store, LabelOverlay? labels)
    {
        string key = labels is null ? "as stored" : FormattableString.Invariant($"{labels.Fraction} {labels.Seed}");
        if (!_computed.TryGetValue(key, out Evidence? evidence))
            _computed[key] = evidence = new Evidence(store, labels ?? LabelOverlay.Plant(store, "train", 0, 0));
        return evidence;
    }

    private RunRecord Record(ExampleStore store, LabelOverlay? labels) => new()
    {
        Schema = RunRecord.CurrentSchema,
        Name = Name,
        Kind = Kind,
        Status = RunStatus.Running,
        Created = Created,
        Program = new TrainingProgram
        {
            Model = "cnn",
            Parameters = 421642,
            Data = new DataReference("fashion-mnist-mini", Path: null, store.Identity, Evidence.Train, Evidence.Test),
            Input = ModelInput.Of(store),
            Task = Task,
            Epochs = Kind == RunKind.Trained ? 5 : null,
            BatchSize = Kind == RunKind.Trained ? 64 : null,
            Seed = Kind == RunKind.Trained ? 1 : null,
            Optimizer = Kind == RunKind.Trained
                ? new NamedSettings("adamw", new Dictionary<string, double>(StringComparer.Ordinal)
                {
                    ["learningRate"] = 0.002,
                    ["weightDecay"] = 0.01,
                }) : null,
            Schedule = Kind == RunKind.Trained
                ? new NamedSettings("cosine", new Dictionary<string, double>(StringComparer.Ordinal) { ["warmupSteps"] = 24 })
                : null,
            Labels = labels is null
                ? null
                : new LabelsReference(RunWriter.LabelsFile, labels.Split, labels.Fraction, labels.Seed, labels.Edits.Count),
        },
        Classes = store.ClassNames,
        Checkpoints = [],
        Versions = new RunVersions("0.1.0", "0.107.0", "2.10.0", "10.0.0"),
        Machine = new RunMachine("Linux", "a processor", 2, 2),
    };
}
