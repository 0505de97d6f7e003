using System.CommandLine;

namespace Tessar.Cli.Commands.Development;

/// <summary>The commands that write in a checkout of Tessar's sources.</summary>
internal sealed class DevCommand : Command
{
    public DevCommand()
        : base("dev", "Adds a method to Tessar's sources, and keeps the tables of the docs true")
    {
        Add(new DevNewMethodCommand());
        Add(new DevDocsCommand());
    }
}
