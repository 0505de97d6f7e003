using System.Globalization;
using Tessar.Tasks;

namespace Tessar.Training;

/// <summary>
/// Where a run stands between two updates: all that isn't weights or the optimiser's state. Kept with each checkpoint.
/// </summary>
/// <remarks>Batch order and random draws aren't here: they follow from the seed and the step.</remarks>
internal sealed record TrainingCursor
{
    /// <summary>Updates done.</summary>
    public long Step { get; init; }

    /// <summary>The step at which the test set was last measured; 0 for never.</summary>
    public long TestedAt { get; init; }

    /// <summary>Seconds spent so far, without interruptions.</summary>
    public double Seconds { get; init; }

    /// <summary>Examples since the last logged row.</summary>
    public required RunningMean Window { get; init; }

    /// <summary>Examples of the current epoch.</summary>
    public required RunningMean Epoch { get; init; }

    /// <summary>The place before the first update.</summary>
    public static TrainingCursor Start(ITask task) => new() { Window = RunningMean.None(task), Epoch = RunningMean.None(task) };

    /// <summary>The cursor as text by name, for a file's header.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata() => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["step"] = Step.ToString(CultureInfo.InvariantCulture),
        ["testedAt"] = TestedAt.ToString(CultureInfo.InvariantCulture),
        ["seconds"] = Seconds.ToString("R", CultureInfo.InvariantCulture),
        ["window"] = Window.ToString(),
        ["epoch"] = Epoch.ToString(),
    };

    /// <summary>Reads what <see cref="ToMetadata"/> wrote.</summary>
    /// <exception cref="FormatException">A value has another form.</exception>
    /// <exception cref="KeyNotFoundException">A value is missing.</exception>
    public static TrainingCursor Parse(ITask task, IReadOnlyDictionary<string, string> metadata) => new()
    {
        Step = long.Parse(metadata["step"], CultureInfo.InvariantCulture),
        TestedAt = long.Parse(metadata["testedAt"], CultureInfo.InvariantCulture),
        Seconds = double.Parse(metadata["seconds"], CultureInfo.InvariantCulture),
        Window = RunningMean.Parse(task, metadata["window"]),
        Epoch = RunningMean.Parse(task, metadata["epoch"]),
    };
}
