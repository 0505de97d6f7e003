using System.CommandLine;
using System.CommandLine.Completions;
using Tessar.Cli.Configuration;
using Tessar.Methods;

namespace Tessar.Cli.Parsing;

/// <summary>One command: its options, its examples for the help, and what it does.</summary>
internal abstract class TessarCommand : Command
{
    private readonly List<Setting> settings = [];
    private readonly List<(string Line, string Meaning)> examples = [];

    protected TessarCommand(string name, string summary, string group)
        : base(name, summary)
    {
        Group = group;
        SetAction(Invoke);
    }

    /// <summary>The heading under which `tessar --help` lists the command.</summary>
    public string Group { get; }

    /// <summary>What tessar.json and the environment can give this command, beside the global settings.</summary>
    public IReadOnlyList<Setting> Settings => settings;

    /// <summary>Command lines (after the program's name) with what they do.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples => examples;

    /// <summary>`--set key=value`, present when the command has settings without an option of their own, or passes keys to a method.</summary>
    public Option<string[]>? Set { get; private set; }

    /// <summary>True when `--set` keys that aren't settings of the command are options of a method.</summary>
    public virtual bool PassesKeysToMethod => false;

    /// <summary>The methods that `--set` keys may belong to.</summary>
    public virtual IEnumerable<MethodDescription> Methods() => [];

    /// <summary>The record that `--json` prints.</summary>
    public abstract Type Result { get; }

    protected abstract int Execute(Invocation call);

    public Setting<T> Add<T>(Setting<T> setting)
    {
        settings.Add(setting);
        if (setting.Option is { } option)
            Options.Add(option);
        return setting;
    }

    protected TOption Add<TOption>(TOption option, params string[] completions)
        where TOption : Option
    {
        Options.Add(option);
        if (completions.Length > 0)
            option.CompletionSources.Add(_ => completions.Select(text => new CompletionItem(text)));
        return option;
    }

    protected Argument<string> AddArgument(string name, string help, Func<ParseResult, IEnumerable<string>>? completions = null)
    {
        var argument = new Argument<string>(name) { Description = help };
        if (completions is not null)
            argument.CompletionSources.Add(context => completions(context.ParseResult).Select(text => new CompletionItem(text)));
        Arguments.Add(argument);
        return argument;
    }

    protected void AddSet(string help) =>
        Set = Add(new Option<string[]>("--set") { Description = help, HelpName = "KEY=VALUE", Arity = ArgumentArity.OneOrMore });

    protected void AddExample(string line, string meaning) => examples.Add((line, meaning));

    private int Invoke(ParseResult parsed)
    {
        using var interrupts = new Interrupts(parsed.InvocationConfiguration.Error);
        var root = (TessarRoot)parsed.RootCommandResult.Command;
        return Execute(new Invocation(parsed, this, SettingValues.Gather(root, this, parsed), interrupts.Cancellation));
    }
}
