using System.Text.RegularExpressions;

namespace Tessar.Tests.Architecture;

public sealed partial class LayoutTests
{
    private static readonly string[] _vagueNames = ["Utils", "Helpers", "Helper", "Common", "Manager", "Base"];

    [Fact]
    public void Namespace_equals_folder() => AssertNone(SourceFiles("src").Concat(SourceFiles("tests")).Where(file =>
        NamespaceLine().Match(File.ReadAllText(file)) is { Success: true } match
            && match.Groups["name"].Value != ExpectedNamespace(file)));

    [Theory]
    [InlineData("src", 400)]
    [InlineData("tests", 600)]
    public void No_file_is_longer_than_a_reader_can_hold(string folder, int lines) =>
        AssertNone(SourceFiles(folder).Where(file => File.ReadLines(file).Count() > lines));

    // What stands in a raw string is another language's, or bytes.
    [Fact]
    public void No_line_is_longer_than_130_characters() => AssertNone(
        new[] { "src", "tests", "bench", "samples" }.SelectMany(SourceFiles).SelectMany(file =>
            Lines(file).Where(line => line.Text.Length > 130 && !line.IsRaw)
                .Select(line => $"{Path.GetRelativePath(Repository.Root, file)}:{line.Number} has {line.Text.Length}")));

    [Fact]
    public void Lines_of_raw_strings_are_told_from_code()
    {
        const string quotes = "\"\"\"";
        string[] text = [$"a = {quotes}", "raw", $"{quotes};", "code", $"b = {quotes}short{quotes};", "code"];
        Assert.Equal([true, true, true, false, true, false], MarkRaw(text).Select(line => line.IsRaw));
    }

    [Fact]
    public void No_file_has_a_name_that_says_nothing() => AssertNone(SourceFiles("src").Where(file =>
        _vagueNames.Any(name => Path.GetFileNameWithoutExtension(file).EndsWith(name, StringComparison.Ordinal))));

    // Predictions are the run's own and lie beside the results; what they are made of is written down in their own file.
    [Fact]
    public void Only_Results_knows_the_layout_of_a_result_folder() => AssertNone(SourceFiles("src").Where(file =>
        !file.StartsWith(Path.Combine(Repository.Root, "src", "Tessar", "Results"), StringComparison.Ordinal)
        && Path.GetFileName(file) != "Predictions.cs" && LayoutOfResults().IsMatch(File.ReadAllText(file))));

    private static void AssertNone(IEnumerable<string> offenders)
    {
        string list = string.Join('\n', offenders);
        Assert.True(list.Length == 0, list);
    }

    private static IEnumerable<string> SourceFiles(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories);


    private static IEnumerable<(int Number, string Text, bool IsRaw)> Lines(string file) => MarkRaw(File.ReadLines(file));

    private static IEnumerable<(int Number, string Text, bool IsRaw)> MarkRaw(IEnumerable<string> lines)
    {
        bool isOpen = false;
        int number = 0;
        foreach (string line in lines)
        {
            int quotes = line.Split("\"\"\"").Length - 1;
            bool opens = quotes % 2 == 1 && !isOpen;
            yield return (++number, line, isOpen || quotes > 0);
            isOpen = quotes % 2 == 1 ? opens : isOpen;
        }
    }

    // src/Tessar/Native/BridgeLoader.cs → Tessar.Native; a project's name keeps its dots. Errors belong to everyone: Tessar.
    private static string ExpectedNamespace(string file)
    {
        string folder = Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(file)!);
        return folder == Path.Combine("src", "Tessar", "Errors")
            ? "Tessar"
            : string.Join('.', folder.Split(Path.DirectorySeparatorChar).Skip(1));
    }

    [GeneratedRegex("(?<!name=)\"(results|result\\.json)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LayoutOfResults();

    [GeneratedRegex(
        @"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamespaceLine();
}
