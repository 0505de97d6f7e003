using System.Text.Json.Serialization;
using Tessar.Tasks;

namespace Tessar.Runs;

/// <summary>One logged moment of a training run. A value that wasn't measured then is null.</summary>
/// <param name="Step">Optimiser updates done so far, at least 0.</param>
/// <param name="Epoch">The epoch the last of them belongs to, 0-based.</param>
/// <param name="Seconds">Time spent training since the start, in seconds, without interruptions.</param>
/// <param name="TrainLoss">Mean cross-entropy in nats of the training examples seen since the row before.</param>
/// <param name="TrainAccuracy">Share of them whose largest logit was that of their label, in [0, 1].</param>
/// <param name="TestLoss">Mean cross-entropy in nats over the whole test set.</param>
/// <param name="TestAccuracy">Share of the test set whose largest logit is that of its label, in [0, 1].</param>
/// <param name="LearningRate">Learning rate of the last update.</param>
public readonly record struct MetricRow(
    long Step,
    int Epoch,
    double Seconds,
    double? TrainLoss = null,
    double? TrainAccuracy = null,
    double? TestLoss = null,
    double? TestAccuracy = null,
    double? LearningRate = null)
{
    /// <summary>
    /// What else the run's task measures, by the names of its columns: <c>train/NAME</c>, <c>test/NAME</c>. Null for nothing, as
    /// for classification.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? Others { get; init; }

    /// <summary>Whether two rows say the same, but for the time they took.</summary>
    internal bool SaysTheSame(MetricRow other) =>
        this with { Seconds = 0, Others = null } == other with { Seconds = 0, Others = null }
            && (Others?.Count ?? 0) == (other.Others?.Count ?? 0)
            && (Others is null || Others.All(pair => other.Others!.TryGetValue(pair.Key, out double value)
                && value.Equals(pair.Value)));

    /// <summary>A row of what was measured while training.</summary>
    internal static MetricRow Trained(long step, int epoch, double seconds, Measured measured, double learningRate) => new(
        step, epoch, seconds, measured[Measure.Loss], measured[Measure.Accuracy], LearningRate: learningRate)
    {
        Others = Named(measured.Others(MetricColumns.Train)),
    };

    /// <summary>A row of what was measured on the test set.</summary>
    internal static MetricRow Tested(long step, int epoch, double seconds, Measured measured) => new(
        step, epoch, seconds, TestLoss: measured[Measure.Loss], TestAccuracy: measured[Measure.Accuracy])
    {
        Others = Named(measured.Others(MetricColumns.Test)),
    };

    /// <summary>Measures as records keep them; null for none.</summary>
    internal static SortedDictionary<string, double>? Named(IEnumerable<KeyValuePair<string, double>> others)
    {
        var named = new SortedDictionary<string, double>(others.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        return named.Count == 0 ? null : named;
    }
}
