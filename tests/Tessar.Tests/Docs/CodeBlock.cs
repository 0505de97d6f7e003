using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Tessar.Tests.Docs;

/// <summary>A piece of C# that readers copy: an example of a comment, or a block of a page.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Code">The code, as the body of a program.</param>
/// <param name="IsForFriends">Whether it shows what only Tessar's own assemblies may use.</param>
internal sealed partial record CodeBlock(string Place, string Code, bool IsForFriends)
{
    private static readonly string[] _assemblies = ["Tessar", "Tessar.Training", "Tessar.Lenses", "Tessar.Web", "Tessar.Cli"];

    // Versions of references that differ, as the SDK leaves them out too; one namespace named twice.
    private static readonly string[] _unimportant = ["CS1701", "CS1702", "CS8933"];

    // A program of a user has these as well: the implicit ones of the SDK, and the namespaces of what it uses.
    private static readonly string[] _spaces =
    [
        "System", "System.Collections.Generic", "System.ComponentModel.DataAnnotations", "System.IO", "System.Linq",
        "System.Threading", "System.Threading.Tasks", "TorchSharp",
    ];

    private static readonly Lazy<MetadataReference[]> _references = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) != "Tessar.Tests.dll")
            .Select(path => MetadataReference.CreateFromFile(path))]);

    /// <summary>The <c>&lt;code&gt;</c> of every <c>&lt;example&gt;</c> under src.</summary>
    public static IEnumerable<CodeBlock> OfComments() =>
        from name in _assemblies
        let assembly = Assembly.Load(name)
        from member in XDocument.Load(Path.Combine(AppContext.BaseDirectory, name + ".xml")).Descendants("member")
        from code in member.Elements("example").Elements("code")
        let place = (string)member.Attribute("name")!
        select new CodeBlock(place, Unindented(code.Value), !TypeOf(place, assembly).IsVisible);

    /// <summary>The blocks of the pages, but for those that leave something out.</summary>
    public static IEnumerable<CodeBlock> OfPages() =>
        from page in Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
        from block in PageBlock().Matches(File.ReadAllText(page))
        let code = block.Groups["code"].Value
        where !code.Contains('…', StringComparison.Ordinal)
        select new CodeBlock(Path.GetRelativePath(Repository.Root, page), code, IsForFriends: false);

    /// <summary>What its comments say that it prints, in order.</summary>
    public IReadOnlyList<string> Promised => [.. PromisedLine().Matches(Code).Select(match => match.Groups["line"].Value.Trim())];

    /// <summary>Compiles it as a program.</summary>
    /// <returns>The assembly's bytes.</returns>
    public byte[] Compile()
    {
        IEnumerable<string> usings = _spaces
            .Concat(_assemblies.SelectMany(name => Assembly.Load(name).GetExportedTypes()).Select(type => type.Namespace!))
            .Concat(IsForFriends ? ["Tessar.Operators"] : [])
            .Distinct(StringComparer.Ordinal).Select(space => $"global using {space};")
            .Append("global using static TorchSharp.torch;");
        var compilation = CSharpCompilation.Create(
            IsForFriends ? "Tessar.Bench" : "Example",
            [Parse(string.Join('\n', usings)), Parse(Code)], _references.Value,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var assembly = new MemoryStream();
        Diagnostic[] errors = [.. compilation.Emit(assembly).Diagnostics
            .Where(found => found.Severity >= DiagnosticSeverity.Warning && !_unimportant.Contains(found.Id))];
        Assert.True(errors.Length == 0, $"{Place}:\n{Code}\n{string.Join('\n', errors.Select(error => error.ToString()))}");
        return assembly.ToArray();
    }

    private static SyntaxTree Parse(string code) =>
        CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Preview));

    // M:Tessar.Autograd.Gradient.Of(…) → Tessar.Autograd.Gradient.
    private static Type TypeOf(string member, Assembly assembly)
    {
        string name = member[2..].Split('(')[0];
        for (string at = name; ; at = at[..at.LastIndexOf('.')])
        {
            if (assembly.GetType(at) is { } type)
                return type;
            Assert.True(at.Contains('.', StringComparison.Ordinal), $"No type of {assembly} holds {member}.");
        }
    }

    private static string Unindented(string code)
    {
        string[] lines = code.Trim('\n').Split('\n');
        int indent = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length < indent ? string.Empty : line[indent..])).TrimEnd() + "\n";
    }

    [GeneratedRegex(
        "^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex PageBlock();

    [GeneratedRegex(
        "// prints (?<line>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PromisedLine();
}
