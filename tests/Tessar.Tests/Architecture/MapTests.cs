using System.Text.RegularExpressions;

namespace Tessar.Tests.Architecture;

/// <summary>A folder of many files has a README that says what lies where, and what it names is there.</summary>
public sealed partial class MapTests
{
    private const int FilesAReaderOverlooks = 12;

    private static readonly Lazy<HashSet<string>> _words = new(() => new(
        Folders("src").Concat(Folders("tests")).Concat(Folders("bench")).SelectMany(Sources)
            .SelectMany(file => Word().Matches(File.ReadAllText(file)).Select(match => match.Value)), StringComparer.Ordinal));

    public static TheoryData<string> Maps => new(
        from folder in Folders("src").Concat(Folders("tests")).Concat(Folders("bench"))
        where File.Exists(Path.Combine(folder, "README.md"))
        select Path.GetRelativePath(Repository.Root, folder));

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("bench")]
    public void Folder_of_more_than_twelve_files_has_a_map(string root)
    {
        string[] without = [.. Folders(root).Where(folder =>
            Sources(folder).Count() > FilesAReaderOverlooks && !File.Exists(Path.Combine(folder, "README.md")))];
        Assert.Empty(without);
    }

    [Theory]
    [MemberData(nameof(Maps))]
    public void Everything_a_map_names_is_there(string folder)
    {
        string map = File.ReadAllText(Path.Combine(Repository.Root, folder, "README.md"));
        string[] gone = [.. Name().Matches(map).Select(match => match.Groups["name"].Value)
            .Where(name => !_words.Value.Contains(name) && !Directory.Exists(Path.Combine(Repository.Root, folder, name)))];
        Assert.Empty(gone);
    }

    private static IEnumerable<string> Folders(string root)
    {
        string top = Path.Combine(Repository.Root, root);
        return Directory.EnumerateDirectories(top, "*", SearchOption.AllDirectories).Prepend(top);
    }

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(folder, "*.cs");

    [GeneratedRegex(@"\w+", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Word();

    // `ScoreTally`: a name of the code. Others in code type, such as `--json` or `data/trak`, are something else.
    [GeneratedRegex(@"`(?<name>[A-Z][A-Za-z0-9]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
