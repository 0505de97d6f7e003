using System.Reflection;
using System.Text.Json;
using Tessar.Cli.Commands.Development;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Models;
using Tessar.Tests.Cli;
using Tessar.Tests.Methods;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Samples;

/// <summary>
/// A method in one file of the user's own: built as its reader would, it is listed, explained, run and tested like any other.
/// </summary>
[Trait("Category", "slow")]
public sealed class MethodSampleTests(ContractRun run) : IClassFixture<ContractRun>, IDisposable
{
    private const string Name = "data/label-match";
    private static readonly Lazy<string> _assembly = new(Build);
    private readonly Tool _tool = new() { IsProcess = true };

    public void Dispose() => _tool.Dispose();

    [Fact]
    public void It_keeps_the_contract_of_all_methods()
    {
        var catalog = new MethodCatalog(typeof(Trak).Assembly, MethodAssembly.Open(_assembly.Value));
        foreach (MethodInfo clause in AttributionMethodTests.Clauses)
            clause.CreateDelegate<Action>(new AttributionContract(catalog, Name, run))();
    }

    [Fact]
    public void Its_name_help_and_options_come_from_its_own_file()
    {
        MethodDescription method = new MethodCatalog(typeof(Trak).Assembly, MethodAssembly.Open(_assembly.Value)).Find(Name);
        Assert.Equal(
            "Scores an example by its label alone: for those of the target's class, against those of all others.",
            method.Summary);
        Assert.EndsWith(
            "| `strength` | 1 | 0.001 to 1000 | Score of an example of the target's class. |",
            DocsTables.Options(method).TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Command_line_lists_explains_and_runs_it()
    {
        _tool.Environment["TESSAR_METHODS"] = _assembly.Value;
        Assert.Contains(
            _tool.Json("methods").GetProperty("methods").EnumerateArray(),
            method => method.GetProperty("name").GetString() == Name);
        JsonElement option = Assert.Single(_tool.Json("methods", Name).GetProperty("methods")[0].GetProperty("options")
            .EnumerateArray());
        Assert.Equal(
            ("strength", "1", "0.001 to 1000"),
            (option.GetProperty("name").GetString(), option.GetProperty("default").GetString(), option.GetProperty("allowed")
                .GetString()));
        Assert.Contains(Name, _tool.Run("attribute", "--help").Output, StringComparison.Ordinal);
        ChildResult help = _tool.Run("methods", Name);
        Assert.Contains("Score of an example of the target's class.", help.Output, StringComparison.Ordinal);
        JsonElement result = _tool.Json(
            "attribute", run.Shared.Directory, "--method", Name, "--targets", "test:0-3", "--set", "strength=2");
        Assert.Equal(Name, result.GetProperty("method").GetString());
        Assert.Contains(
            "strength is `0`; allowed: 0.001 to 1000",
            _tool.Fails(2, "attribute", run.Shared.Directory, "--method", Name, "--targets", "test:0-3", "--set", "strength=0"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_variable_it_is_unknown_and_unusable_assemblies_are_named()
    {
        Assert.Contains("There is no method `data/label-match`", _tool.Fails(2, "methods", Name), StringComparison.Ordinal);
        _tool.Environment["TESSAR_METHODS"] = _tool.File("missing.dll");
        Assert.Contains("There is no assembly", _tool.Fails(3, "methods"), StringComparison.Ordinal);
        File.WriteAllText(_tool.File("text.dll"), "no assembly");
        _tool.Environment["TESSAR_METHODS"] = _tool.File("text.dll");
        Assert.Contains("can't be loaded as a .NET assembly", _tool.Fails(3, "methods"), StringComparison.Ordinal);
        _tool.Environment["TESSAR_METHODS"] = typeof(Spectre.Console.Table).Assembly.Location;
        Assert.Contains("holds no method", _tool.Fails(3, "methods"), StringComparison.Ordinal);
        string copy = Path.Combine(_tool.Folder, "copy", "copy.dll");
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.Copy(_assembly.Value, copy);
        _tool.Environment["TESSAR_METHODS"] = _assembly.Value + Path.PathSeparator + copy;
        Assert.Contains("The method `data/label-match` is there twice", _tool.Fails(3, "methods"), StringComparison.Ordinal);
    }

    private static string Build()
    {
        string folder = Directory.CreateTempSubdirectory("tessar-method-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        string configuration = AppContext.BaseDirectory.Contains("release", StringComparison.OrdinalIgnoreCase)
            ? "Release"
            : "Debug";
        // What it refers to is built already, or this test wouldn't run.
        using IDisposable alone = CheckoutBuild.Wait();
        using ChildProcess build = ChildProcess.StartProgram("dotnet",
        [
            "build", Path.Combine(Repository.Root, "samples", "method.cs"), "--configuration", configuration, "--output", folder,
            "-p:BuildProjectReferences=false",
        ]);
        ChildResult result = build.WaitForEnd();
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        return Path.Combine(folder, "method.dll");
    }
}
