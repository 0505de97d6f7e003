using System.CommandLine;
using System.CommandLine.Completions;
using Tessar.Cli.Terminal;
using Tessar.Methods;
using Tessar.Native;

namespace Tessar.Cli.Parsing;

/// <summary>One command: its options, its examples for the help, and what it does.</summary>
internal abstract class TessarCommand : Command
{
    private readonly List<Setting> _settings = [];
    private readonly List<(string Line, string Meaning)> _examples = [];
    private readonly List<OptionCondition> _conditions = [];

    protected TessarCommand(string name, string summary, string group)
        : base(name, summary)
    {
        Group = group;
        SetAction(Invoke);
    }

    /// <summary>The heading under which `tessar --help` lists the command.</summary>
    public string Group { get; }

    /// <summary>What tessar.json and the environment can give this command, beside the global settings.</summary>
    public IReadOnlyList<Setting> Settings => _settings;

    /// <summary>Command lines (after the program's name) with what they do.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples => _examples;

    /// <summary>
    /// `--set key=value`, present when the command has settings without an option of their own, or passes keys to a method.
    /// </summary>
    public Option<string[]>? Set { get; private set; }

    /// <summary>`--force`, present when the command writes files where the user says.</summary>
    public Option<bool>? Force { get; private set; }

    /// <summary>When options mean something; a call in which a given one doesn't is refused.</summary>
    public IReadOnlyList<OptionCondition> Conditions => _conditions;

    /// <summary>The options of every command that change nothing here, because nothing is drawn or computed; they are refused.</summary>
    public virtual GlobalUse Ignored => GlobalUse.None;

    /// <summary>True when `--set` keys that aren't settings of the command are options of a method.</summary>
    public virtual bool PassesKeysToMethod => false;

    /// <summary>The methods that `--set` keys may belong to.</summary>
    public virtual IEnumerable<MethodDescription> Methods() => [];

    /// <summary>The record that `--json` prints.</summary>
    public abstract Type Result { get; }

    protected abstract int Execute(Invocation call);

    public Setting<T> Add<T>(Setting<T> setting)
    {
        _settings.Add(setting);
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

    /// <summary>`--accept-changed-model`, present where a command loads the models of runs.</summary>
    public Option<bool>? AcceptChangedModel { get; private set; }

    protected void AddAcceptChangedModel() => AcceptChangedModel = Add(new Option<bool>("--accept-changed-model")
    {
        Description =
            "Go on though a run's model isn't the one that was trained: its assembly or its answers changed. Results are kept apart",
    });

    protected void AddSet(string help) =>
        Set = Add(new Option<string[]>("--set") { Description = help, HelpName = "KEY=VALUE", Arity = ArgumentArity.OneOrMore });

    /// <summary>Adds an option that names a file to write, and `--force` with the first one.</summary>
    protected OutputOption AddOutput(OutputOption output)
    {
        if (Force is null)
        {
            Force = Add(new Option<bool>("--force") { Description = "Replace files that exist" });
            if (!output.Required)
                _conditions.Add(new(
                    "--force", call => call.IsGiven(Force), call => Options.OfType<OutputOption>().Any(call.IsGiven),
                    "without a file to write"));
        }

        Options.Insert(Options.IndexOf(Force), output);
        return output;
    }

    /// <summary>Says that an option means something only beside another.</summary>
    protected void OnlyWith(Option option, Option other) =>
        _conditions.Add(new(option.Name, call => call.IsGiven(option), call => call.IsGiven(other), $"without `{other.Name}`"));

    /// <inheritdoc cref="OnlyWith(Option, Option)"/>
    protected void OnlyWith(Setting setting, Option other) =>
        OnlyIf(setting, call => call.IsGiven(other), $"without `{other.Name}`");

    /// <summary>Says when a setting means something.</summary>
    /// <param name="setting">The setting.</param>
    /// <param name="holds">Whether it does.</param>
    /// <param name="otherwise">What is in the way, after "has no effect".</param>
    protected void OnlyIf(Setting setting, Func<Invocation, bool> holds, string otherwise) =>
        _conditions.Add(new(setting.Option?.Name ?? $"--set {setting.Key}", call => call.IsGiven(setting), holds, otherwise));

    /// <summary>Says when an option means something.</summary>
    protected void AddCondition(OptionCondition condition) => _conditions.Add(condition);

    protected void AddExample(string line, string meaning) => _examples.Add((line, meaning));

    // A variable that a script forgot to set leaves an empty word behind.
    private void RefuseEmpty(ParseResult parsed)
    {
        IEnumerable<string> objections =
        [
            .. Arguments.OfType<Argument<string>>()
            .Where(argument =>
                parsed.GetResult(argument) is { Tokens.Count: > 0 } && string.IsNullOrWhiteSpace(parsed.GetValue(argument)))
                .Select(argument => $"{argument.Name} is `{parsed.GetValue(argument)}`; required is {argument.Description}."),
            .. Options.OfType<Option<string>>()
            .Where(option =>
                parsed.GetResult(option) is { Implicit: false } && string.IsNullOrWhiteSpace(parsed.GetValue(option)))
                .Select(option => $"`{option.Name}` is `{parsed.GetValue(option)}`; required is {option.HelpName}."),
        ];
        if (string.Join(' ', objections) is { Length: > 0 } all)
            throw new TessarException(all, ErrorKind.Usage);
    }

    private int Invoke(ParseResult parsed)
    {
        using var interrupts = new Interrupts(parsed.InvocationConfiguration.Error);
        using ParentWatch? parent = ParentWatch.Begin(interrupts.Stop);
        var root = (TessarRoot)parsed.RootCommandResult.Command;
        RefuseEmpty(parsed);
        var call = new Invocation(
            parsed, this, SettingValues.Gather(root, this, parsed, () => root.Known.Catalog), interrupts.Cancellation);
        if (call.IsQuiet)
            NativeWarnings.Silence();
        string[] objections =
        [
            .. call.GivenThoughIgnored().Select(option => $"`{option}` has no effect on `{Name}`; leave it out."),
            .. _conditions.Select(condition => condition.Objection(call)).OfType<string>(),
        ];
        if (objections.Length > 0)
            throw new TessarException(string.Join(' ', objections), ErrorKind.Usage);
        int code = Execute(call);
        // The conditions should have refused it before; nothing that is given stays without effect and without a word.
        return code == ExitCode.Success && call.UnusedOptions().FirstOrDefault() is { } unused
            ? throw new TessarException($"`{unused}` had no effect in this call; leave it out.", ErrorKind.Usage)
            : code;
    }
}
