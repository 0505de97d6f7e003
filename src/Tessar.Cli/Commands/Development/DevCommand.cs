using System.CommandLine;

namespace Tessar.Cli.Commands.Development;

/// <summary>The commands that write in a checkout of Tessar's sources.</summary>
internal sealed class DevCommand : Command
{
    /// <param name="known">What there is to ask.</param>
    public DevCommand(KnownMethods known)
        : base("dev", "Adds a method to Tessar's sources, and keeps the tables of the docs true")
    {
        Add(new DevNewMethodCommand(known));
        Add(new DevDocsCommand());
    }
}
