namespace Tessar.Runs;

/// <summary>Whether several runs are models of one program, so that what they say may be averaged.</summary>
/// <remarks>
/// Compared is what a score means: the model and its code, the data, the range of examples trained on, their labels, the
/// normalisation, and everything of the training but its seed, its mask (models on random halves are averaged on purpose) and how
/// often checkpoints were written. Runs that differ in an optimiser or a number of epochs are different recipes: comparing them
/// is a question of its own, averaging them answers none.
/// </remarks>
internal static class SameProgram
{
    /// <summary>Refuses runs of different programs.</summary>
    /// <exception cref="TessarException">Two differ; the message says in what.</exception>
    public static void Check(IReadOnlyList<Run> runs)
    {
        Run first = runs[0];
        foreach (Run run in runs)
        {
            string[] differences = [.. Differences(first, run)];
            if (differences.Length > 0)
            {
                throw new TessarException(
                    $"The runs {first.Name} and {run.Name} are of different programs: {string.Join("; ", differences)}. Name one "
                        + $"run, or several "
                    + "of the same program (their seeds may differ).", ErrorKind.Usage);
            }
        }
    }

    private static IEnumerable<string> Differences(Run first, Run other)
    {
        if (ReferenceEquals(first, other))
            yield break;
        TrainingProgram a = first.Record.Program, b = other.Record.Program;
        if (a.Model != b.Model)
            yield return $"the model is {a.Model} and {b.Model}";
        else if (first.ModelKey != other.ModelKey)
            yield return $"the assembly of {a.Model} was changed between them";
        if (a.Task != b.Task)
            yield return $"the task is {first.Task.Name} and {other.Task.Name}";
        if (a.Data.Identity != b.Data.Identity)
            yield return $"the data are {a.Data.Name} with identity {a.Data.Identity[..12]} and {b.Data.Name} with "
                + $"{b.Data.Identity[..12]}";
        if (!first.Record.Classes.SequenceEqual(other.Record.Classes, StringComparer.Ordinal))
            yield return "the classes";
        if (a.Data.Train != b.Data.Train)
            yield return $"the training examples are {a.Data.Train} and {b.Data.Train}";
        if (a.Labels != b.Labels)
            yield return $"the labels changed on purpose ({a.Labels?.Edits ?? 0} of them, seed {a.Labels?.Seed}, and "
                + $"{b.Labels?.Edits ?? 0}, seed {b.Labels?.Seed})";
        if (!a.Input.Equals(b.Input))
            yield return a.Input.EncodingName;
        if (first.Record.Kind != other.Record.Kind)
            yield return "one was trained here and one imported";
        foreach ((string name, object? left, object? right) in Settings(a, b))
        {
            if (!Equals(left, right))
                yield return $"{name} {left ?? "none"} and {right ?? "none"}";
        }
    }

    private static (string Name, object? Left, object? Right)[] Settings(TrainingProgram a, TrainingProgram b) =>
    [
        ("epochs", a.Epochs, b.Epochs), ("batches of", a.BatchSize, b.BatchSize),
        ("optimiser", Text(a.Optimizer), Text(b.Optimizer)),
        ("schedule", Text(a.Schedule), Text(b.Schedule)), ("order", Text(a.Order), Text(b.Order)),
        ("augmentation", Text(a.Augment), Text(b.Augment)), ("gradients clipped at", a.ClipNorm, b.ClipNorm),
        ("labels smoothed by", a.LabelSmoothing, b.LabelSmoothing), ("weight decay on", a.WeightDecayOn, b.WeightDecayOn),
        ("weights averaged", Text(a.WeightAverage), Text(b.WeightAverage)),
    ];

    private static string? Text(NamedSettings? settings) => settings?.ToString();

    private static string? Text(IReadOnlyList<NamedSettings>? settings) =>
        settings is null or [] ? null : string.Join(", ", settings);
}
