using System.Text.Json.Serialization;
using Tessar.Examples;

namespace Tessar.Runs.Retraining;

/// <summary>Many trainings of one program: every mask, from as many seeds as wished.</summary>
/// <remarks>Training number j uses mask j / repeats (rounded down); its seed follows from (seed, mask, repeat).</remarks>
public sealed record RetrainingRequest
{
    /// <summary>What is trained. Its training range is what the masks choose from; its test range are the targets.</summary>
    public required TrainingProgram Program { get; init; }

    /// <summary>Which examples each training sees.</summary>
    public required ExampleMasks Masks { get; init; }

    /// <summary>Decides drawn masks and every training's seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The folder of the results; made when missing.</summary>
    public required string Directory { get; init; }

    /// <summary>Trainings of each mask from different seeds, at least 1; 1 by default.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>What is kept of each answer; the margin by default.</summary>
    public RetrainingOutput Output { get; init; } = RetrainingOutput.Margin;

    /// <summary>Whether the final weights of each training are kept too: 4 bytes a parameter and training.</summary>
    public bool KeepsWeights { get; init; }

    /// <summary>Labels put over the stored ones, or null.</summary>
    public LabelOverlay? Labels { get; init; }

    /// <summary>Whether trainings that failed before are tried once more.</summary>
    public bool RetryFailed { get; init; }

    /// <summary>All trainings: masks times repeats.</summary>
    public int Jobs => checked(Masks.Count * Repeats);
}

/// <summary>What a retraining keeps of a model's answer to a target.</summary>
public enum RetrainingOutput
{
    /// <summary>
    /// log(p / (1 − p)) with p the probability of the target's label: the logit of the label minus the log-sum-exp of the others.
    /// </summary>
    [JsonStringEnumMemberName("margin")]
    Margin,

    /// <summary>The cross-entropy in nats.</summary>
    [JsonStringEnumMemberName("loss")]
    Loss,

    /// <summary>All logits.</summary>
    [JsonStringEnumMemberName("logits")]
    Logits,
}
