using Tessar.Cli.Commands;
using Tessar.Cli.Parsing;

namespace Tessar.Cli;

internal static class Program
{
    private static int Main(string[] arguments) =>
        CommandLine.Run(
            CommandTable.Root(isListed: CommandTable.IsList(arguments)), arguments, Console.Out, Console.Error);
}
