using System.Globalization;
using Tessar.Runs.Retraining;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>What models trained on subsets answered: the truth that scores are held against.</summary>
internal sealed class SubsetOutputs
{
    private readonly float[] _outputs;

    /// <summary>Wraps outputs.</summary>
    /// <param name="masks">s subsets of n examples.</param>
    /// <param name="seeds">Trainings R of each subset.</param>
    /// <param name="outputs">
    /// [s·R, m], higher is better, those of a subset side by side; a row of NaN for a training that failed.
    /// </param>
    /// <exception cref="TessarException">Fewer than 3 subsets have an answer.</exception>
    /// <exception cref="ArgumentException">The number of outputs doesn't fit.</exception>
    public SubsetOutputs(ExampleMasks masks, int seeds, float[] outputs)
    {
        ArgumentNullException.ThrowIfNull(masks);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        int rows = checked(masks.Count * seeds);
        if (outputs.Length == 0 || outputs.Length % rows != 0)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"outputs holds {outputs.Length} numbers; expected a multiple of {masks.Count} subsets · {seeds} seeds."),
                nameof(outputs));
        }

        (Masks, Seeds, Targets, _outputs) = (masks, seeds, outputs.Length / rows, outputs);
        Failed = Enumerable.Range(0, rows).Count(row => !IsDone(row));
        Answered = [.. Enumerable.Range(0, masks.Count).Where(j => Enumerable.Range(j * seeds, seeds).Any(IsDone))];
        Complete = [.. Answered.Where(j => Enumerable.Range(j * seeds, seeds).All(IsDone))];
        if (Answered.Length < 3)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"{Answered.Length} of {masks.Count} subsets have a trained model; a correlation over subsets needs at least 3, "
                    + $"and tens to mean something. ")
                + "Ask for more of them, or see why trainings failed.", ErrorKind.Usage);
        }
    }

    /// <summary>The subsets.</summary>
    public ExampleMasks Masks { get; }

    /// <summary>Trainings R of each.</summary>
    public int Seeds { get; }

    /// <summary>m.</summary>
    public int Targets { get; }

    /// <summary>Trainings that failed.</summary>
    public int Failed { get; }

    /// <summary>Subsets with at least one trained model.</summary>
    public int[] Answered { get; }

    /// <summary>Subsets of which every training came to its end.</summary>
    public int[] Complete { get; }

    /// <summary>Takes the outputs of the first subsets of a finished retraining.</summary>
    /// <param name="models">The retraining.</param>
    /// <param name="masks">The subsets: all of the retraining, or the first of them.</param>
    public static SubsetOutputs Of(RetrainedModels models, ExampleMasks masks)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(masks);
        float[] outputs = models.ReadOutputs();
        int jobs = masks.Count * models.Record.Repeats;
        return new SubsetOutputs(
            masks, models.Record.Repeats,
            models.Count > jobs ? outputs[..checked((int)((long)outputs.Length / models.Count * jobs))] : outputs);
    }

    /// <summary>Mean output of a subset's finished trainings on a target, over some of the seeds.</summary>
    public double Mean(int subset, int target, IReadOnlyList<int> seeds)
    {
        double sum = 0;
        int count = 0;
        foreach (int seed in seeds)
        {
            int row = subset * Seeds + seed;
            if (!IsDone(row))
                continue;
            sum += _outputs[(long)row * Targets + target];
            count++;
        }

        return sum / count;
    }

    private bool IsDone(int row) => !float.IsNaN(_outputs[(long)row * Targets]);
}
