using System.Globalization;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Tasks;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>Models trained without some of the examples, a few seeds of each removal, and what they answer to targets.</summary>
/// <remarks>
/// The untouched baseline is the trial that removes nothing. Kept per training and target: the margin, and whether the answer is
/// wrong.
/// </remarks>
internal sealed class RemovalTrials
{
    private readonly double[] _margins;
    private readonly bool[] _isWrong;

    /// <summary>Takes the logits of finished trainings.</summary>
    /// <param name="count">Removals.</param>
    /// <param name="seeds">Trainings R of each.</param>
    /// <param name="labels">Label of each of the m targets.</param>
    /// <param name="logits">[count·R, m, classes], those of a removal side by side; NaN for a training that failed.</param>
    /// <param name="task">How the logits are read.</param>
    /// <exception cref="ArgumentException">The number of logits doesn't fit.</exception>
    public RemovalTrials(int count, int seeds, IReadOnlyList<int> labels, float[] logits, IClassTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        int answers = checked(count * seeds * labels.Count);
        if (answers == 0 || logits.Length == 0 || logits.Length % answers != 0)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"logits holds {logits.Length} numbers; expected a multiple of {count} removals · {seeds} seeds · {labels.Count} "
                    + $"targets."), nameof(logits));
        }

        (Count, Seeds, Targets) = (count, seeds, labels.Count);
        (_margins, _isWrong) = (new double[answers], new bool[answers]);
        int classes = logits.Length / answers;
        OutputFunction output = task.Output(TargetOutput.Margin);
        for (int i = 0; i < answers; i++)
        {
            ReadOnlySpan<float> row = logits.AsSpan(i * classes, classes);
            int label = labels[i % labels.Count];
            _margins[i] = float.IsNaN(row[0]) ? double.NaN : output.Value(row, task.Target(label));
            _isWrong[i] = task.Predicted(row) != label;
        }

        Failed = Enumerable.Range(0, count * seeds).Count(row => double.IsNaN(_margins[row * Targets]));
    }

    /// <summary>Removals.</summary>
    public int Count { get; }

    /// <summary>Trainings of each.</summary>
    public int Seeds { get; }

    /// <summary>m.</summary>
    public int Targets { get; }

    /// <summary>Trainings that failed.</summary>
    public int Failed { get; }

    /// <summary>The masks that leave out the removed examples.</summary>
    /// <param name="examples">Training examples n.</param>
    /// <param name="removed">Indices in [0, n) for each trial; fewer than n.</param>
    public static ExampleMasks Without(int examples, IReadOnlyList<IReadOnlyList<int>> removed)
    {
        ArgumentNullException.ThrowIfNull(removed);
        return ExampleMasks.Listed(examples, [.. removed.Select(one =>
        {
            bool[] isRemoved = new bool[examples];
            foreach (int index in one)
                isRemoved[index] = true;
            return Enumerable.Range(0, examples).Where(i => !isRemoved[i]).ToArray();
        })]);
    }

    /// <summary>Several trials as one, those of the first first.</summary>
    /// <exception cref="ArgumentException">They differ in seeds or targets.</exception>
    public RemovalTrials Then(RemovalTrials others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return others.Seeds == Seeds && others.Targets == Targets
            ? new RemovalTrials(this, others)
            : throw new ArgumentException(
                $"These are {Seeds} seeds and {Targets} targets, the others {others.Seeds} and {others.Targets}.",
                nameof(others));
    }

    /// <summary>Margins of a removal's finished trainings, [seed][target].</summary>
    public double[][] Margins(int trial) =>
        [.. Enumerable.Range(trial * Seeds, Seeds).Where(IsDone).Select(row => _margins[(row * Targets)..((row + 1) * Targets)])];

    /// <summary>
    /// Whether more than half of a removal's finished trainings answer a target with another class than its label; null when none
    /// finished.
    /// </summary>
    public bool? IsFlipped(int trial, int target)
    {
        int done = 0, wrong = 0;
        for (int row = trial * Seeds; row < (trial + 1) * Seeds; row++)
        {
            if (!IsDone(row))
                continue;
            done++;
            wrong += _isWrong[row * Targets + target] ? 1 : 0;
        }

        return done == 0 ? null : 2 * wrong > done;
    }

    /// <summary>The margins as outputs on subsets.</summary>
    /// <param name="masks">What each trial was trained on.</param>
    /// <exception cref="TessarException">Fewer than 3 trials have a trained model.</exception>
    public SubsetOutputs AsSubsets(ExampleMasks masks) => new(masks, Seeds, [.. _margins.Select(margin => (float)margin)]);

    private RemovalTrials(RemovalTrials one, RemovalTrials other)
    {
        (Count, Seeds, Targets, Failed) = (one.Count + other.Count, one.Seeds, one.Targets, one.Failed + other.Failed);
        (_margins, _isWrong) = ([.. one._margins, .. other._margins], [.. one._isWrong, .. other._isWrong]);
    }

    private bool IsDone(int row) => !double.IsNaN(_margins[row * Targets]);
}
