using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>The augmentations of a program, in order.</summary>
internal static class AugmentationList
{
    /// <summary>Completes chosen augmentations with their defaults.</summary>
    /// <param name="names">Their names, in order.</param>
    /// <param name="numbers">Numbers by <c>name.number</c>, such as <c>flip.probability</c>.</param>
    /// <param name="violations">Receives a sentence for everything that is wrong.</param>
    public static IReadOnlyList<NamedSettings> Resolve(
        IReadOnlyList<string> names, IReadOnlyDictionary<string, double> numbers, List<string> violations)
    {
        foreach (string twice in names.GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1)
            .Select(group => group.Key))
            violations.Add($"The augmentation {twice} is given twice; give it once.");
        foreach (string key in numbers.Keys)
        {
            string owner = key.Split('.')[0];
            if (!names.Contains(owner, StringComparer.Ordinal))
                violations.Add(
                    $"`{key}` is given, but not the augmentation {owner}.{NearestName.Hint(owner, names)} Add it to `augment`, "
                        + $"or leave the number out.");
        }

        return [.. names.Select(name => Augmentation.Choices.Resolve(name, Of(name, numbers), violations))];
    }

    /// <summary>Makes the augmentations of a program.</summary>
    public static Augmentation[] Create(IReadOnlyList<NamedSettings>? settings) =>
        [.. (settings ?? []).Select(one => Augmentation.Choices.Create(one))];

    /// <summary>Size of the pictures that come out.</summary>
    /// <exception cref="TessarException">One of them can't be applied to such pictures.</exception>
    public static ImageShape Output(IEnumerable<Augmentation> augmentations, ImageShape input) =>
        augmentations.Aggregate(input, (shape, augmentation) => augmentation.Output(shape));

    private static IEnumerable<KeyValuePair<string, double?>> Of(string name, IReadOnlyDictionary<string, double> numbers) =>
        numbers.Where(pair => pair.Key.StartsWith(name + ".", StringComparison.Ordinal))
            .Select(pair => new KeyValuePair<string, double?>(pair.Key[(name.Length + 1)..], pair.Value));
}
