using Tessar.Inputs;
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

    /// <summary>What comes out.</summary>
    /// <exception cref="TessarException">They are no pictures, or one of them can't be applied to such pictures.</exception>
    public static ModelInput Output(IReadOnlyCollection<Augmentation> augmentations, ModelInput input)
    {
        if (augmentations.Count == 0)
            return input;
        return input is ImageInput image
            ? new ImageInput(
                augmentations.Aggregate(image.Image, (shape, augmentation) => augmentation.Output(shape)),
                image.Normalization)
            : throw new TessarException(
                $"Augmentations change pictures, but the data holds {input.Noun}. Leave `augment` out.", ErrorKind.Usage);
    }

    /// <summary>What they do to the size, as a clause; null when they leave it.</summary>
    /// <exception cref="TessarException">As for <see cref="Output"/>.</exception>
    public static string? ChangeOf(IReadOnlyCollection<Augmentation> augmentations, ModelInput input) =>
        Output(augmentations, input) is ImageInput output && input is ImageInput image && output.Image != image.Image
            ? $"turn images of {image.Image} into {output.Image}"
            : null;

    private static IEnumerable<KeyValuePair<string, double?>> Of(string name, IReadOnlyDictionary<string, double> numbers) =>
        numbers.Where(pair => pair.Key.StartsWith(name + ".", StringComparison.Ordinal))
            .Select(pair => new KeyValuePair<string, double?>(pair.Key[(name.Length + 1)..], pair.Value));
}
