using System.Globalization;
using Tessar.Named;
using Tessar.Training;
using Tessar.Training.Loading.Augmentations;
using Tessar.Training.Loading.Orders;
using Tessar.Training.Optimizers;
using Tessar.Training.Schedules;

namespace Tessar.Cli.Parsing;

/// <summary>
/// Settings for the numbers that optimisers, schedules, orders and augmentations declare: a new one appears here by itself.
/// </summary>
internal static class NumberSettings
{
    /// <summary>The numbers of all optimisers but the learning rate, which has an option.</summary>
    public static IReadOnlyDictionary<string, Setting<double>> OfOptimizers(string group) =>
        Of(group, [.. Optimizer.Choices.Names.Select(name => (name, Optimizer.Choices.Settings(name)))], "learningRate");

    /// <summary>The numbers of all schedules but the warm-up, which is a whole number.</summary>
    public static IReadOnlyDictionary<string, Setting<double>> OfSchedules(string group) =>
        Of(group, [.. Schedule.Choices.Names.Select(name => (name, Schedule.Choices.Settings(name)))], Schedule.WarmupSteps);

    /// <summary>The numbers of all orders.</summary>
    public static IReadOnlyDictionary<string, Setting<double>> OfOrders(string group) =>
        Of(group, [.. ExampleOrder.Choices.Names.Select(name => (name, ExampleOrder.Choices.Settings(name)))], string.Empty);

    /// <summary>
    /// The numbers of all augmentations, by <c>flip.probability</c>: each has its own, for several may be given.
    /// </summary>
    public static IReadOnlyDictionary<string, Setting<double>> OfAugmentations(string group)
    {
        var settings = new SortedDictionary<string, Setting<double>>(StringComparer.Ordinal);
        foreach (string name in Augmentation.Choices.Names)
        {
            foreach (SettingAttribute number in Augmentation.Choices.Settings(name))
            {
                settings.Add($"{name}.{number.Name}", Setting.Number(
                    $"{group}.{name}.{Key(number.Name)}", null, "X",
                    char.ToUpperInvariant(number.Summary[0]) + number.Summary[1..], null,
                    Math.Max(number.Min, number.Above), Math.Min(1e6, Math.Min(number.Most, number.Below)))
                    .ByDefault(number.Fallback.ToString("0.###", CultureInfo.InvariantCulture)));
            }
        }

        return settings;
    }

    /// <summary>The key of a number: <c>weight-decay</c> for <c>weightDecay</c>.</summary>
    public static string Key(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : c.ToString()));

    private static SortedDictionary<string, Setting<double>> Of(
        string group, IReadOnlyList<(string Name, IReadOnlyList<SettingAttribute> Settings)> choices, string apart)
    {
        var settings = new SortedDictionary<string, Setting<double>>(StringComparer.Ordinal);
        foreach (IGrouping<string, (string Owner, SettingAttribute Setting)> number in choices
            .SelectMany(choice => choice.Settings.Select(setting => (choice.Name, Setting: setting)))
            .Where(pair => pair.Setting.Name != apart)
            .GroupBy(pair => pair.Setting.Name, StringComparer.Ordinal))
        {
            settings.Add(number.Key, Setting.Number(
                $"{group}.{Key(number.Key)}", null, "X", Help([.. number], choices.Count), null,
                number.Min(pair => Math.Max(pair.Setting.Min, pair.Setting.Above)),
                Math.Min(1e6, number.Max(pair => Math.Min(pair.Setting.Most, pair.Setting.Below)))));
        }

        return settings;
    }

    // One number may mean slightly different things to different owners: what they share stands before the first comma.
    private static string Help((string Owner, SettingAttribute Setting)[] owners, int all)
    {
        string[] summaries = [.. owners.Select(pair => pair.Setting.Summary).Distinct(StringComparer.Ordinal)];
        string summary = summaries.Length == 1
            ? summaries[0]
            : summaries.MinBy(text => text.Length)!.Split(',', ';')[0], help = char.ToUpperInvariant(summary[0]) + summary[1..];
        return owners.Length == all ? help : $"{help}; for {string.Join(", ", owners.Select(pair => pair.Owner))}";
    }
}
