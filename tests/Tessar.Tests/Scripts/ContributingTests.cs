using System.Text.RegularExpressions;
using Tessar.Tests.Cli;
using Tessar.Tests.Cli.Commands.Development;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Scripts;

/// <summary>"Add a method" of CONTRIBUTING.md, line by line, in a copy of the sources.</summary>
/// <remarks>
/// The copy holds what Tessar.Lenses is built from, with all analyzers; what it stands on is this build's. Of `./tessar` all but
/// the build is the real script: where that would build everything, the test builds the one project that changed. What
/// `./test MyMethodTests` would run is the template's own test under another name, which is a part of this suite.
/// </remarks>
[Trait("Category", "slow")]
public sealed partial class ContributingTests(SmallRunFixture runs) : IDisposable
{
    private const string Program = "artifacts/bin/Tessar.Cli/release";

    private readonly CheckoutCopy _checkout = new(
        "src/Tessar.Lenses", "src/Tessar/Tessar.csproj", "build/new-method", "docs/data", "CHANGELOG.md", "tessar",
        "BannedSymbols.txt", ".editorconfig", "global.json", "Directory.Build.props", "Directory.Build.targets",
        "Directory.Packages.props");

    private readonly Dictionary<string, string?> _environment = new(runs.Tool.Environment, StringComparer.Ordinal)
    {
        ["TESSAR_DATA"] = Path.Combine(Repository.Root, "data"), // the copy has none
    };

    public void Dispose() => _checkout.Dispose();

    [Fact]
    public void Method_is_added_as_the_page_says()
    {
        string[] lines = [.. Lines()];
        Assert.Equal(
            ["./tessar dev new-method data/my-method", "./tessar methods data/my-method"], lines[..2]);
        PlaceProgram();

        Assert.Contains("src/Tessar.Lenses/Data/MyMethod.cs", Tessar(lines[0]), StringComparison.Ordinal);
        Build();
        Assert.Contains("| `bandwidth` |", _checkout.Read("docs/data/my-method.md"), StringComparison.Ordinal);
        string[] others = [.. lines[1..].Select(Do)];

        Assert.Contains("Scores how far one step on each training example", others[0], StringComparison.Ordinal);
        Assert.StartsWith("test:0, ", others[1], StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateDirectories(runs.Tool.File("runs/small/results/data/my-method")));
        Assert.Equal("Every table is as the catalogue has it.\n", others[^1]);
    }

    private string Do(string line) => line.StartsWith("./tessar ", StringComparison.Ordinal) ? Tessar(line) : Test(line);

    private string Tessar(string line)
    {
        string[] words = [.. line.Split(' ').Skip(1).Select(word => word == "RUN" ? runs.Tool.File("runs/small") : word)];
        using ChildProcess started = ChildProcess.StartProgram(
            "bash", [_checkout.PathOf("tessar"), .. words], _environment, _checkout.Root);
        ChildResult result = started.WaitForEnd();
        Assert.True(result.ExitCode == 0, $"{line}: {result.Output}{result.Error}");
        return result.Output;
    }

    // A class of that name is there, and it is the template's but for the name.
    private string Test(string line)
    {
        string name = Assert.Single(line.Split(' ').Skip(1));
        string made = _checkout.Read($"tests/Tessar.Tests/Data/{name}.cs");
        Assert.Contains($"public sealed class {name} ", made, StringComparison.Ordinal);
        Assert.Equal(
            _checkout.Read("build/new-method/IAttributionMethod/TemplateMethodTests.cs"),
            made.Replace("MyMethod", "TemplateMethod", StringComparison.Ordinal));
        return string.Empty;
    }

    // This build's program, as the script looks for it.
    private void PlaceProgram()
    {
        string folder = _checkout.PathOf(Program);
        Directory.CreateDirectory(folder);
        foreach (string entry in Directory.EnumerateFileSystemEntries(AppContext.BaseDirectory))
        {
            string name = Path.GetFileName(entry), place = Path.Combine(folder, name);
            if (Directory.Exists(entry))
                Directory.CreateSymbolicLink(place, entry);
            else if (name.StartsWith("Tessar.Cli.", StringComparison.Ordinal))
                File.Copy(entry, place); // the program's folder is that of the file itself
            else
                File.CreateSymbolicLink(place, entry);
        }

        string library = _checkout.PathOf("artifacts/bin/Tessar/release");
        Directory.CreateDirectory(library);
        foreach (string name in (string[])["Tessar.dll", "Tessar.xml"])
            File.Copy(Path.Combine(AppContext.BaseDirectory, name), Path.Combine(library, name));
        Stamp();
    }

    // With analyzers; warnings are errors.
    private void Build()
    {
        using ChildProcess build = ChildProcess.StartProgram(
            "dotnet",
            [
                "build", _checkout.PathOf("src/Tessar.Lenses"), "--configuration", "Release", "--verbosity", "quiet", "--nologo",
                "-p:BuildProjectReferences=false", "-p:ProduceReferenceAssembly=false",
            ], workingDirectory: _checkout.Root);
        ChildResult result = build.WaitForEnd();
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.DoesNotContain("warning", result.Output, StringComparison.Ordinal);
        foreach (string name in (string[])["Tessar.Lenses.dll", "Tessar.Lenses.xml"])
        {
            string place = _checkout.PathOf($"{Program}/{name}");
            File.Delete(place); // a link to this build's own
            File.Copy(_checkout.PathOf($"artifacts/bin/Tessar.Lenses/release/{name}"), place);
        }

        Stamp();
    }

    // As the script leaves it behind after a build.
    private void Stamp()
    {
        _checkout.Write("artifacts/tessar.built", string.Empty);
        File.SetLastWriteTimeUtc(_checkout.PathOf("artifacts/tessar.built"), DateTime.UtcNow.AddMinutes(1));
    }

    private static IEnumerable<string> Lines()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "CONTRIBUTING.md"));
        string section = page.Split("## Add a method\n")[1].Split("\n## ")[0];
        return Block().Matches(section).SelectMany(block => block.Groups["lines"].Value.Split('\n'))
            .Select(line => line.Trim()).Where(line => line.Length > 0);
    }

    [GeneratedRegex(
        @"^ *```\n(?<lines>.*?)^ *```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Block();
}
