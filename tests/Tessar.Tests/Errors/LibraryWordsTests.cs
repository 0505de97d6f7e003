using System.Text.RegularExpressions;

namespace Tessar.Tests.Errors;

/// <summary>
/// The libraries speak to programs, pages and the command line alike: commands and options are added where they are typed.
/// </summary>
public sealed partial class LibraryWordsTests
{
    public static TheoryData<string> Libraries => ["Tessar", "Tessar.Training", "Tessar.Lenses"];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Messages_of_a_library_name_no_command_and_no_option_of_the_command_line(string library)
    {
        string folder = Path.Combine(Repository.Root, "src", library);
        string[] found = [.. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file =>
                !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file =>
                File.ReadLines(file).Select((line, i) => (Place: $"{Path.GetRelativePath(folder, file)}:{i + 1}", Line: line)))
            .Where(line =>
                !line.Line.TrimStart().StartsWith("//", StringComparison.Ordinal) && StringLiterals(line.Line).Any(IsTyped))
            .Select(line => $"{line.Place}: {line.Line.Trim()}")];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData("Choose fewer --targets.", true)]
    [InlineData("Raise --set damping", true)]
    [InlineData("See `tessar methods`.", true)]
    [InlineData("tessar train", true)]
    [InlineData("Raise `damping`.", false)]
    [InlineData("a -- b", false)]
    [InlineData("tessar.json", false)]
    public void What_is_typed_is_told_from_what_is_said(string text, bool isTyped) => Assert.Equal(isTyped, IsTyped(text));

    [Fact]
    public void Literals_are_found_beside_code_and_escapes() =>
        Assert.Equal(["a \\\" b", "c"], StringLiterals("""Say("a \" b", x - y, "c"); i--;"""));

    private static bool IsTyped(string text) => Option().IsMatch(text) || Command().IsMatch(text);

    private static string[] StringLiterals(string line) =>
        [.. Literal().Matches(line).Select(match => match.Groups["text"].Value)];

    [GeneratedRegex("""(?<![-\w])--[a-z][a-z-]*""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Option();

    [GeneratedRegex(
        """(?<![\w/.-])tessar (demo|serve|examples|train|import|runs|show|replay|retrain|predict|attribute|compare|transfer|evaluate|methods|completion)\b""",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Command();

    [GeneratedRegex("""(?<!')"(?<text>(?:[^"\\]|\\.)*)"(?!')""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Literal();
}
