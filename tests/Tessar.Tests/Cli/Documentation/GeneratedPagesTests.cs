using Tessar.Tests.Snapshots;

namespace Tessar.Tests.Cli.Documentation;

/// <summary>What is generated and committed under docs/ is what the program would give today.</summary>
public sealed class GeneratedPagesTests
{
    private static readonly string _docs = Path.Combine(Repository.Root, "docs");

    [Fact]
    public void Page_of_the_command_line() =>
        Snapshot.MatchesFile(CliPage.Write(), Path.Combine(_docs, "cli.md"), Path.Combine(_docs, "cli.received.md"));

    [Fact]
    public void Schema_of_the_settings() =>
        Snapshot.MatchesFile(
            SettingsSchema.Write(), Path.Combine(_docs, "tessar.schema.json"),
            Path.Combine(_docs, "tessar.schema.received.json"));

    [Fact]
    public void Every_json_field_is_explained()
    {
        string[] bare = [.. Tessar.Cli.Commands.CommandTable.Root().AllCommands
            .SelectMany(command =>
                JsonFields.Of(command.Result).Where(field => field.Meaning.Length == 0)
                    .Select(field => $"{command.Name}: {field.Field}"))];
        Assert.True(bare.Length == 0, string.Join('\n', bare));
    }
}
