using Tessar.Cli.Parsing;

namespace Tessar.Tests.Cli.Parsing;

public sealed class RemedyWordsTests
{
    private static readonly TessarRoot _root = Tessar.Cli.Commands.CommandTable.Root();

    [Fact]
    public void Every_kind_of_remedy_has_words_somewhere()
    {
        foreach (RemedyKind kind in Enum.GetValues<RemedyKind>())
        {
            string name = kind == RemedyKind.ChangeArgument ? "targets" : "x";
            Assert.NotEqual(string.Empty, RemedyWords.Of([new Remedy(kind, name)], Command("attribute")));
        }
    }

    [Theory]
    [InlineData("attribute", " Next: `--targets SPLIT:FROM-TO`, or `--set damping=0.3`, or `--force`.")]
    [InlineData("predict", " Next: `--targets SPLIT:FROM-TO`.")]
    [InlineData("runs", "")]
    public void Options_are_named_where_the_command_has_them(string command, string words) => Assert.Equal(
        words,
        RemedyWords.Of(
            [new(RemedyKind.ChangeArgument, "targets"), new(RemedyKind.SetMethodOption, "damping", "0.3"), new(
                RemedyKind.ChangeArgument, "force")], Command(command)));

    [Fact]
    public void Commands_can_be_copied_with_the_folder_of_the_runs_and_spaces_quoted()
    {
        Assert.Equal(
            " Next: `tessar show a --runs 'my runs'`.",
            RemedyWords.Of([new(RemedyKind.ShowRun, "a")], Command("show"), "my runs"));
        Assert.Equal(
            " Next: `tessar train --model mlp --data 'my data.tess'`.",
            RemedyWords.Of([new(RemedyKind.Train, "mlp", "my data.tess")], null));
        Assert.Equal(string.Empty, RemedyWords.Of([], null));
    }

    private static TessarCommand Command(string name) => _root.AllCommands.First(command => command.Name == name);
}
