using System.CommandLine;
using Tessar.Cli.Commands.Development;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Parsing;
using Tessar.Methods;

namespace Tessar.Cli.Commands;

/// <summary>The commands in the order the help lists them.</summary>
internal static class CommandTable
{
    public const string StartHere = "Start here";
    public const string DataGroup = "Data";
    public const string RunGroup = "Runs";
    public const string LensGroup = "Lenses";
    public const string ToolGroup = "Around it";
    public const string ContributorGroup = "For contributors";

    /// <summary>The command tree of this program.</summary>
    /// <param name="known">
    /// What there is to ask: every question becomes a command. This program's and the environment's by default.
    /// </param>
    /// <param name="isListed">Whether the commands are only listed, so that questions need no settings.</param>
    public static TessarRoot Root(KnownMethods? known = null, bool isListed = false)
    {
        Command[] before =
        [
            new DemoCommand(),
            new ServeCommand(),
            new ExamplesCommand(),
            new TrainCommand(),
            new ImportCommand(),
            new RunsCommand(),
            new ShowCommand(),
            new ReplayCommand(),
            new RetrainCommand(),
            new PredictCommand(),
        ];
        Command[] after = [new MethodsCommand(), new CompletionCommand(), new DevCommand(), new RetrainWorkerCommand()];
        KnownMethods asked = (known ?? KnownMethods.OfEnvironment()).Beside([.. before.Concat(after).Select(own => own.Name)]);
        return new TessarRoot(asked, [.. before, .. Questions(asked, isListed), .. after]);
    }

    /// <summary>Whether these arguments ask for the list of commands and nothing else.</summary>
    public static bool IsList(IReadOnlyList<string> arguments) => arguments is [] or ["--help" or "-h"];

    // Lenses' own first, then further ones, then groups of them.
    private static IEnumerable<Command> Questions(KnownMethods known, bool areListed)
    {
        ILookup<bool, QuestionDescription> all = known.Questions.ToLookup(
            question => question.Verb.Contains(' ', StringComparison.Ordinal));
        IEnumerable<IGrouping<string, QuestionDescription>> groups = all[true].GroupBy(
            question => question.Verb.Split(' ')[0], StringComparer.Ordinal);
        return
        [
            .. all[false].OrderByDescending(question => question.IsOfLens).Select(One),
            .. groups.Select(group => new QuestionGroup(group.Key, [.. group.Select(One)])),
        ];

        TessarCommand One(QuestionDescription question) =>
            areListed ? new QuestionName(question, known) : new QuestionCommand(question, known);
    }
}
