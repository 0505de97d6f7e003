using System.Text.Json.Serialization;

namespace Tessar.Runs.Retraining;

/// <summary>The content of <c>retraining.json</c>: what was trained many times, and how far it has come.</summary>
public sealed record RetrainingRecord
{
    /// <summary>The schema this version writes; it reads 1 too, in which the program's input was split in two.</summary>
    public const int CurrentSchema = 2;

    /// <summary>Version of this description, from 1 to <see cref="CurrentSchema"/>.</summary>
    public required int Schema { get; init; }

    /// <summary>When it was started, UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When the last training was done, UTC; null before.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>What is trained; its seed belongs to no training, each has its own.</summary>
    public required TrainingProgram Program { get; init; }

    /// <summary>The code of the program's model as text; null for the first version of a built-in architecture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ModelCode { get; init; }

    /// <summary>How the masks were made, such as <c>exact:0.5</c>, or the file they came from.</summary>
    public required string Rule { get; init; }

    /// <summary>Number of masks.</summary>
    public required int Masks { get; init; }

    /// <summary>Trainings of each mask.</summary>
    public required int Repeats { get; init; }

    /// <summary>Decides drawn masks and every training's seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>What is kept of each answer.</summary>
    public required RetrainingOutput Output { get; init; }

    /// <summary>Whether the final weights of each training are kept.</summary>
    public bool KeepsWeights { get; init; }

    /// <summary>Names of the classes.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Trainings that failed, with the reason; filled in at the end.</summary>
    public IReadOnlyList<FailedTraining> Failed { get; init; } = [];

    /// <summary>Versions of what computed it.</summary>
    public required RunVersions Versions { get; init; }

    /// <summary>The machine; its threads are those of one training.</summary>
    public required RunMachine Machine { get; init; }

    /// <summary>All trainings.</summary>
    internal int Jobs => checked(Masks * Repeats);
}

/// <summary>A training that didn't end.</summary>
/// <param name="Job">Its number.</param>
/// <param name="Reason">What went wrong.</param>
public sealed record FailedTraining(int Job, string Reason);
