using System.Globalization;
using Tessar.Examples;
using Tessar.Tasks;

namespace Tessar.Training;

/// <summary>A task's measures over the examples seen since some moment, as the sums they are read from.</summary>
internal sealed class RunningMean : IEquatable<RunningMean>
{
    private readonly double[] _sums;

    private RunningMean(double[] sums) => _sums = sums;

    /// <summary>Nothing seen yet.</summary>
    public static RunningMean None(ITask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new RunningMean(new double[task.SumCount]);
    }

    /// <summary>Adds a batch.</summary>
    /// <param name="task">Whose measures.</param>
    /// <param name="answers">[indices, ...], row by row.</param>
    /// <param name="set">Where the examples are.</param>
    /// <param name="indices">Which of them.</param>
    public RunningMean Add(ITask task, ReadOnlySpan<float> answers, ExampleSet set, ReadOnlySpan<int> indices)
    {
        ArgumentNullException.ThrowIfNull(task);
        // Summed on its own first: the rounding doesn't depend on what was seen before.
        double[] batch = new double[_sums.Length];
        int size = answers.Length / indices.Length;
        for (int i = 0; i < indices.Length; i++)
            task.Add(answers.Slice(i * size, size), task.Target(set, indices[i]), batch);
        for (int s = 0; s < batch.Length; s++)
            batch[s] = _sums[s] + batch[s];
        return new RunningMean(batch);
    }

    /// <summary>The measures.</summary>
    public Measured Read(ITask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Read(_sums);
    }

    /// <summary>All sums, exactly.</summary>
    public override string ToString() =>
        string.Join(' ', _sums.Select(sum => sum.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It isn't as many sums as the task has.</exception>
    public static RunningMean Parse(ITask task, string text)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(' ');
        return parts.Length == task.SumCount
            ? new RunningMean([.. parts.Select(part => double.Parse(part, CultureInfo.InvariantCulture))])
            : throw new FormatException($"`{text}` isn't {task.SumCount} sums, those of {task.Name}.");
    }

    /// <inheritdoc/>
    public bool Equals(RunningMean? other) => other is not null && _sums.AsSpan().SequenceEqual(other._sums);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RunningMean);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
