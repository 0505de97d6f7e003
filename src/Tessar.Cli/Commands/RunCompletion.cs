using System.CommandLine;
using Tessar.Cli.Parsing;
using Tessar.Runs;

namespace Tessar.Cli.Commands;

/// <summary>Names of runs for shell completion.</summary>
internal static class RunCompletion
{
    /// <summary>The runs of the folder that the line, or the environment, names.</summary>
    public static IEnumerable<string> Names(ParseResult parsed)
    {
        string? folder = parsed.GetValue(((TessarRoot)parsed.RootCommandResult.Command).Global.Runs.Option!);
        return RunCatalog.List(folder).Select(run => run.Name).Where(name => !name.Any(Terminal.Printable.IsRisky));
    }
}
