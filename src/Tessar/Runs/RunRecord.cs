using System.Text.Json.Serialization;
using Tessar.Tasks;

namespace Tessar.Runs;

/// <summary>The content of <c>run.json</c>: what was run, on what, how it went, and where its checkpoints are.</summary>
public sealed record RunRecord
{
    /// <summary>
    /// The schema this version writes; it reads 1 too, which has no checksum, no identity and no hashes of some files.
    /// </summary>
    public const int CurrentSchema = 2;

    /// <summary>Version of this description, from 1 to <see cref="CurrentSchema"/>.</summary>
    public required int Schema { get; init; }

    /// <summary>The run's name, which is also its folder's.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it was trained here or its weights came from elsewhere.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>How far it has come. A run whose process was killed still says running: see <see cref="Run.Status"/>.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>When it was started, UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it ended, UTC; null while it hasn't.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>What went wrong, for a failed run; otherwise null.</summary>
    public string? Failure { get; init; }

    /// <summary>Everything that turns data and a seed into weights.</summary>
    public required TrainingProgram Program { get; init; }

    /// <summary>What the model is besides its name; null for a run that doesn't know.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelIdentity? Identity { get; init; }

    /// <summary>How much of the metric file is covered by a hash; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MetricsReference? Metrics { get; init; }

    /// <summary>Names of the classes, in the order of the logits.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The checkpoints written so far, in order of their steps; files relative to the run's folder.</summary>
    public required IReadOnlyList<Checkpoint> Checkpoints { get; init; }

    /// <summary>How good the last weights are; null until they were measured.</summary>
    public FinalMetrics? Final { get; init; }

    /// <summary>Versions of what computed it.</summary>
    public required RunVersions Versions { get; init; }

    /// <summary>The machine it ran on.</summary>
    public required RunMachine Machine { get; init; }
}

/// <summary>The part of the metric file that was whole on the disk when <c>run.json</c> was last written.</summary>
/// <param name="Bytes">Bytes from its beginning; all of it once the run has ended.</param>
/// <param name="Sha256">SHA-256 of these bytes.</param>
public sealed record MetricsReference(long Bytes, string Sha256);

/// <summary>Where a run's weights come from.</summary>
public enum RunKind
{
    /// <summary>They were trained here; the run has a history.</summary>
    [JsonStringEnumMemberName("trained")]
    Trained,

    /// <summary>They were trained elsewhere and imported; there is one checkpoint and no history.</summary>
    [JsonStringEnumMemberName("imported")]
    Imported,
}

/// <summary>How far a run has come.</summary>
public enum RunStatus
{
    /// <summary>It is being trained.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>All epochs are done.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>It was stopped and can be resumed.</summary>
    [JsonStringEnumMemberName("interrupted")]
    Interrupted,

    /// <summary>An error ended it; <see cref="RunRecord.Failure"/> says which.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>How good a run's last weights are.</summary>
/// <param name="TrainLoss">Mean cross-entropy in nats over the last epoch, each example measured just before its update.</param>
/// <param name="TrainAccuracy">Share of the last epoch's examples classified as labelled, in [0, 1], measured likewise.</param>
/// <param name="TestLoss">Mean cross-entropy in nats over the test set.</param>
/// <param name="TestAccuracy">Share of the test set classified as labelled, in [0, 1].</param>
/// <param name="Seconds">Time spent training and testing, in seconds, without interruptions.</param>
public sealed record FinalMetrics(
    double? TrainLoss, double? TrainAccuracy, double? TestLoss, double? TestAccuracy, double Seconds)
{
    /// <summary>
    /// What else the run's task measures: <c>train/NAME</c>, <c>test/NAME</c>. Null for nothing, as for classification.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? Others { get; init; }

    /// <summary>What a task's measures say of the last epoch and of the test set; null where nothing was measured.</summary>
    internal static FinalMetrics Of(Measured? trained, Measured? tested, double seconds) => new(
        trained?[Measure.Loss], trained?[Measure.Accuracy], tested?[Measure.Loss], tested?[Measure.Accuracy], seconds)
    {
        Others = MetricRow.Named((trained?.Others(MetricColumns.Train) ?? []).Concat(tested?.Others(MetricColumns.Test) ?? [])),
    };
}

/// <summary>Versions of what computed a run.</summary>
/// <param name="Tessar">Tessar itself.</param>
/// <param name="TorchSharp">TorchSharp's managed assembly.</param>
/// <param name="Libtorch">The native library beneath it.</param>
/// <param name="Dotnet">The .NET runtime.</param>
public sealed record RunVersions(string Tessar, string TorchSharp, string Libtorch, string Dotnet);

/// <summary>The machine a run was computed on.</summary>
/// <param name="Os">Operating system.</param>
/// <param name="Processor">Model name of the processor.</param>
/// <param name="Cores">Logical processors this process may use.</param>
/// <param name="Threads">Threads of libtorch's kernels; only the same number gives the same bits.</param>
public sealed record RunMachine(string Os, string Processor, int Cores, int Threads);
