using System.CommandLine;
using System.CommandLine.Help;

namespace Tessar.Cli.Parsing;

/// <summary>The whole command tree.</summary>
internal sealed class TessarRoot : RootCommand
{
    /// <param name="known">What there is to ask.</param>
    /// <param name="commands">The commands, in the order the help lists them.</param>
    public TessarRoot(KnownMethods known, IEnumerable<Command> commands)
        : base("A workbench that shows why a neural network does what it does.")
    {
        Known = known;
        Global.AddTo(this);
        foreach (Command command in commands)
            Add(command);
        Options.Remove(Options.OfType<HelpOption>().Single());
        Options.Insert(
            0, new HelpOption("--help", "-h") { Description = "Show this help", Action = new HelpText(), Recursive = true });
        foreach (VersionOption version in Options.OfType<VersionOption>())
            version.Description = "Show the version";
        SetAction(parsed => HelpText.Write(parsed.RootCommandResult.Command, parsed.InvocationConfiguration.Output));
    }

    public GlobalOptions Global { get; } = new();

    /// <summary>What there is to ask.</summary>
    public KnownMethods Known { get; }

    /// <summary>Every command that does something, groups of commands opened.</summary>
    public IEnumerable<TessarCommand> AllCommands =>
        Subcommands.SelectMany(command => command.Subcommands.Prepend(command)).OfType<TessarCommand>();

    /// <summary>Every setting that tessar.json and the environment may give.</summary>
    public IEnumerable<Setting> AllSettings => Global.Settings.Concat(AllCommands.SelectMany(command => command.Settings));
}
