using System.CommandLine;
using Tessar.Cli.Commands.Development;
using Tessar.Cli.Commands.Evaluation;
using Tessar.Cli.Commands.Lenses;
using Tessar.Cli.Parsing;

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
    /// <param name="known">What there is to ask; this program's and the environment's by default.</param>
    public static TessarRoot Root(KnownMethods? known = null)
    {
        known ??= KnownMethods.OfEnvironment();
        return new TessarRoot(known, All(known));
    }

    /// <param name="known">What there is to ask: every lens becomes a command.</param>
    public static IReadOnlyList<Command> All(KnownMethods known) =>
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
        .. known.Lenses.Select(lens => new LensCommand(lens, known)),
        new CompareCommand(known),
        new TransferCommand(),
        new EvaluateCommand(known),
        new MethodsCommand(known),
        new CompletionCommand(),
        new DevCommand(known),
        new RetrainWorkerCommand(),
    ];
}
