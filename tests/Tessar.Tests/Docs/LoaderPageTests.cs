using System.Globalization;
using Tessar.Named;
using Tessar.Training;
using Tessar.Training.Loading;
using Tessar.Training.Loading.Augmentations;

namespace Tessar.Tests.Docs;

public sealed class LoaderPageTests
{
    private const string Begin = "<!-- augmentations: written by a test -->\n", End = "<!-- end -->";

    private static readonly string _path = System.IO.Path.Combine(Repository.Root, "docs", "loader.md");

    [Fact]
    public void Page_holds_every_augmentation_with_its_numbers()
    {
        string page = File.ReadAllText(_path);
        int begin = page.IndexOf(Begin, StringComparison.Ordinal)
            + Begin.Length, end = page.IndexOf(End, StringComparison.Ordinal);
        Snapshots.Snapshot.MatchesFile(
            page[..begin] + Table() + page[end..], _path, _path.Replace(".md", ".received.md", StringComparison.Ordinal));
    }

    [Fact]
    public void Page_names_every_order() =>
        Assert.All(
            ExampleLoader.OrderNames,
            order => Assert.Contains($"| `{order}` |", File.ReadAllText(_path), StringComparison.Ordinal));

    private static string Table()
    {
        var lines = new List<string>
        {
            "| augmentation | what it does | number | default | allowed | |",
            "|---|---|---|---|---|---|"
        };
        foreach (string name in Augmentation.Choices.Names)
        {
            string what = $"`{name}` | {Augmentation.Choices.Describe(name).Summary}";
            foreach (SettingAttribute number in Augmentation.Choices.Settings(name))
            {
                lines.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {what} | `{number.Name}` | {number.Fallback:0.###} | "
                        + $"{(number.IsWhole ? "whole, " : string.Empty)}{number.Range} | {number.Summary} |"));
                what = " | ";
            }
        }

        return string.Join('\n', lines) + "\n";
    }
}
