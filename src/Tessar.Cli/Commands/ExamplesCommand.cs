using System.CommandLine;

namespace Tessar.Cli.Commands;

/// <summary>The commands around example stores.</summary>
internal sealed class ExamplesCommand : Command
{
    public ExamplesCommand()
        : base("examples", "Makes an example store from data files, writes it in other formats, or shows what is in one")
    {
        Add(new ExamplesImportCommand());
        Add(new ExamplesExportCommand());
        Add(new ExamplesShowCommand());
        Add(new ExamplesVerifyCommand());
    }
}
