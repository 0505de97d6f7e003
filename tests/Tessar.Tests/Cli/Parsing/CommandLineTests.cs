using Tessar.Cli.Commands;
using Tessar.Cli.Parsing;

namespace Tessar.Tests.Cli.Parsing;

/// <summary>The command line inside this process: what it says and how it ends.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("`shwo` is not a command. Did you mean `show`? See `tessar --help`.", "shwo")]
    [InlineData("`zebra` is not a command. See `tessar --help`.", "zebra")]
    [InlineData("`tessar examples` needs one of import, export, show, verify. See `tessar examples --help`.", "examples")]
    [InlineData("`imprt` is not a command. Did you mean `import`? See `tessar examples --help`.", "examples", "imprt")]
    [InlineData("`--jsn` is not an option of `tessar runs`. Did you mean `--json`? See `tessar runs --help`.", "runs", "--jsn")]
    [InlineData("`tessar runs` doesn't know what to do with `more`. See `tessar runs --help`.", "runs", "more")]
    [InlineData("`tessar show` needs RUN: a run's name, or the path of its folder. See `tessar show --help`.", "show")]
    [InlineData("`--runs` needs a value: --runs DIR. See `tessar runs --help`.", "runs", "--runs")]
    [InlineData("`--seed` is given 2 times; required is once. See `tessar runs --help`.", "runs", "--seed", "1", "--seed", "2")]
    [InlineData(
        "There is no shell `bsh` that completes commands. Did you mean `bash`? There are bash, zsh, pwsh, fish.", "completion",
        "bsh")]
    public void Wrong_words_end_with_2_and_say_what_is_right(string message, params string[] arguments) =>
        Assert.Equal((2, string.Empty, message), Run(arguments));

    [Fact]
    public void Verbose_adds_the_trace()
    {
        (int code, string output, string errors) = Run("completion", "bsh", "--verbose");
        Assert.Equal((2, string.Empty), (code, output));
        Assert.Contains("   at Tessar.Cli.Commands.CompletionScript", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_run_is_unusable_input_and_names_the_nearest()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("demo-1"));
        File.WriteAllText(Path.Combine(folder.File("demo-1"), "run.json"), "{}");
        (int code, string output, string error) = Run("show", "demo1", "--runs", folder.Path);
        Assert.Equal((3, string.Empty), (code, output));
        Assert.Contains("Did you mean `demo-1`?", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_at_all_shows_the_help()
    {
        (int code, string output, string errors) = Run();
        Assert.Equal((0, string.Empty), (code, errors));
        Assert.Equal(output, Run("--help").Output);
    }

    // The program builds no settings for a mere list.
    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("-h")]
    public void List_without_settings_is_that_of_the_whole_tree(params string[] arguments)
    {
        Assert.True(CommandTable.IsList(arguments));
        using var output = new StringWriter();
        using var errors = new StringWriter();
        Assert.Equal(0, CommandLine.Run(CommandTable.Root(isListed: true), arguments, output, errors));
        Assert.Equal(Run(arguments).Output, output.ToString());
    }

    [Fact]
    public void Every_command_has_help_with_an_example()
    {
        var root = CommandTable.Root();
        Assert.NotEmpty(root.AllCommands);
        foreach (TessarCommand command in root.AllCommands)
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name);
            Assert.True(command.Examples.Count > 0, $"{command.Name} has no example.");
            Assert.All(command.Examples, example => Assert.StartsWith(PathOf(command), example.Line, StringComparison.Ordinal));
            Assert.All(
                command.Options,
                option => Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{command.Name} {option.Name}"));
        }
    }

    // An example that the parser refuses teaches a mistake.
    [Fact]
    public void Every_example_parses()
    {
        var root = CommandTable.Root();
        foreach ((string line, _) in root.AllCommands.SelectMany(command => command.Examples))
        {
            string words = line.Split('>')[0];
            Assert.True(root.Parse(words).Errors.Count == 0, $"tessar {line}: {string.Join(' ', root.Parse(words).Errors)}");
        }
    }

    [Fact]
    public void Every_setting_has_its_own_key_and_variable()
    {
        Setting[] settings = [.. CommandTable.Root().AllSettings];
        Assert.Equal(settings.Length, settings.Select(setting => setting.Key).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(
            settings.Length, settings.Select(setting => setting.EnvironmentVariable).Distinct(StringComparer.Ordinal).Count());
    }

    internal static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        int code = CommandLine.Run(CommandTable.Root(), arguments, output, errors);
        return (code, output.ToString(), errors.ToString().TrimEnd());
    }

    private static string PathOf(System.CommandLine.Command command) =>
        command.Parents.FirstOrDefault() is System.CommandLine.Command parent and not TessarRoot
            ? $"{parent.Name} {command.Name}"
            : command.Name;
}
