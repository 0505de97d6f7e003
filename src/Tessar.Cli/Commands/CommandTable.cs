using System.CommandLine;
using Tessar.Cli.Commands.Evaluation;
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

    public static IReadOnlyList<Command> All() =>
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
        new AttributeCommand(),
        new CompareCommand(),
        new TransferCommand(),
        new EvaluateCommand(),
        new MethodsCommand(),
        new CompletionCommand(),
        new RetrainWorkerCommand(),
    ];
}
