using System.Globalization;
using Tessar.Named;
using Tessar.Training;
using Tessar.Training.Optimizers;
using Tessar.Training.Schedules;

namespace Tessar.Tests.Docs;

public sealed class OptimizerPageTests
{
    private static readonly string _page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "optimizers.md"));

    [Fact]
    public void Page_has_the_optimizers_as_the_catalog_has_them() =>
        Assert.Contains(Optimizers(), _page, StringComparison.Ordinal);

    [Fact]
    public void Page_has_every_default() => Assert.Contains(Defaults(), _page, StringComparison.Ordinal);

    [Fact]
    public void Page_has_the_meaning_and_range_of_every_number() => Assert.Contains(Numbers(), _page, StringComparison.Ordinal);

    [Fact]
    public void Page_has_the_schedules() => Assert.Contains(Schedules(), _page, StringComparison.Ordinal);

    private static string Optimizers() => string.Join('\n',
    [
        "| `--optimizer` | what it is | numbers per parameter | passes forward + backward | schedule | source |",
        "|---|---|---|---|---|---|",
        .. Optimizer.Choices.Names.Select(Optimizer.Choices.Describe).Select(known => string.Create(
            CultureInfo.InvariantCulture,
            $"| `{known.Name}` | {known.Summary} | {known.Memory} | {known.Forward} + {known.Backward} | {known.Schedule} | "
                + $"{known.Source} |")),
    ]);

    private static string Defaults() => string.Join('\n',
    [
        "| `--optimizer` | its numbers with their defaults |",
        "|---|---|",
        .. Optimizer.Choices.Names.Select(name =>
            $"| `{name}` | {string.Join(", ", Optimizer.Choices.Settings(name).Select(Default))} |"),
    ]);

    private static string Numbers() => string.Join('\n',
    [
        "| `--set optimizer.` | allowed | what it does | of |",
        "|---|---|---|---|",
        .. Optimizer.Choices.Names
            .SelectMany(name => Optimizer.Choices.Settings(name).Select(setting => (Name: name, Setting: setting)))
            .GroupBy(pair => (Key(pair.Setting), pair.Setting.Range, pair.Setting.Summary))
            .OrderBy(group => group.Key.Item1, StringComparer.Ordinal)
            .Select(group =>
                $"| `{group.Key.Item1}` | {group.Key.Range} | {group.Key.Summary} | "
                    + $"{string.Join(", ", group.Select(pair => pair.Name))} |"),
    ]);

    private static string Schedules() => string.Join('\n',
    [
        "| schedule | `--set schedule.` | default | allowed | what it does |",
        "|---|---|---|---|---|",
        .. Schedule.Choices.Names.SelectMany(name => Schedule.Choices.Settings(name).Select(setting =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"| `{name}` | `{Key(setting)}` | {setting.Fallback} | {setting.Range} | {setting.Summary} |"))),
    ]);

    private static string Default(SettingAttribute setting) =>
        string.Create(CultureInfo.InvariantCulture, $"`{Key(setting)}` {setting.Fallback}");

    private static string Key(SettingAttribute setting) => Tessar.Cli.Parsing.NumberSettings.Key(setting.Name);
}
