using System.Text.RegularExpressions;

namespace Tessar.Tests.Docs;

/// <summary>Every page is found from the index, and every link and image of the repository's pages leads somewhere.</summary>
public sealed partial class LinkTests
{
    private static readonly string[] _foreign = ["artifacts", "node_modules", "bin", "obj", ".git", "runs"];

    private static readonly string _docs = Path.Combine(Repository.Root, "docs");

    public static TheoryData<string> Pages => [.. Files("*.md").Select(file => Path.GetRelativePath(Repository.Root, file))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_and_images_lead_somewhere(string page)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
        string[] broken = [.. Links(Path.Combine(Repository.Root, page)).Where(link => !Leads(folder, page, link))];
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_page_stands_in_the_index_or_in_that_of_its_folder()
    {
        HashSet<string> listed = [.. Listed(Path.Combine(_docs, "README.md"))];
        foreach (string index in listed.Where(file => IsPage(file) && Path.GetFileName(file) == "README.md").ToArray())
            listed.UnionWith(Listed(index));
        string[] missing = [.. Files("*.md").Where(file =>
            IsPage(file) && file != Path.Combine(_docs, "README.md") && !listed.Contains(file))];
        Assert.Empty(missing);
    }

    // In comments, messages and pages alike: docs/runs.md, or docs/runs.md#a-run-and-its-model. What is called my-… is the
    // reader's, still to be written.
    [Fact]
    public void Pages_named_in_the_code_are_there()
    {
        (string, string)[] gone = [.. Files("*.cs").Concat(Files("*.md")).Concat(Files("*.ts")).Concat(Files("*.svelte"))
            .Where(file => Path.GetFileName(file) != "CHANGELOG.md")
            .SelectMany(file => NamedPage().Matches(File.ReadAllText(file)).Select(match => (File: file, Page: match.Value)))
            .Where(named => !Path.GetFileName(named.Page).StartsWith("my-", StringComparison.Ordinal)
                && !Leads(Repository.Root, named.File, named.Page))];
        Assert.Empty(gone);
    }

    [Theory]
    [InlineData("README.md", true)]
    [InlineData("docs/", true)]
    [InlineData("docs" + "/cli.md#exit-codes", false)]
    [InlineData("docs/cli.md#what-holds-for-every-command", true)]
    [InlineData("docs" + "/no-such-page.md", false)]
    [InlineData("https://example.org/anything", true)]
    public void Link_leads_to_a_file_and_a_heading_that_are_there(string link, bool leads) =>
        Assert.Equal(leads, Leads(Repository.Root, "README.md", link));

    private static bool IsPage(string file) => file.StartsWith(_docs + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static bool Leads(string folder, string page, string link)
    {
        if (Scheme().IsMatch(link))
            return true;
        string[] parts = link.Split('#', 2);
        string target = parts[0].Length == 0
            ? Path.Combine(Repository.Root, page)
            : Path.GetFullPath(Path.Combine(folder, parts[0]));
        return (File.Exists(target) || Directory.Exists(target)) && (parts.Length == 1 || Anchors(target).Contains(parts[1]));
    }

    private static IEnumerable<string> Listed(string index) =>
        Links(index).Select(link => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(index)!, link.Split('#')[0])));

    // Code isn't a link: a[i](x) stands in formulas.
    private static IEnumerable<string> Links(string file) =>
        Link().Matches(Code().Replace(File.ReadAllText(file), string.Empty)).Select(match => match.Groups["to"].Value);

    // As the sites that show these pages make them: lower case, without punctuation, dashes for spaces.
    private static HashSet<string> Anchors(string file) =>
        [.. Heading().Matches(File.ReadAllText(file)).Select(match => NoAnchor()
            .Replace(match.Groups["text"].Value.Trim().ToLowerInvariant(), string.Empty).Replace(' ', '-'))];

    private static IEnumerable<string> Files(string pattern) => Files(Repository.Root, pattern)
        .Where(file => !file.Contains(".received.", StringComparison.Ordinal));

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern).Concat(Directory.EnumerateDirectories(folder)
            .Where(child => !_foreign.Contains(Path.GetFileName(child))).SelectMany(child => Files(child, pattern)));

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    [GeneratedRegex(
        "^```.*?^```|`[^`\n]+`(?!\\])", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\-_ ]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoAnchor();

    [GeneratedRegex(@"(?<![\w/.-])docs/[\w/-]+\.md(#[\w-]+)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamedPage();

    [GeneratedRegex("^[a-z]+:", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Scheme();
}
