using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Tessar.Cli.Terminal;
using Tessar.Native;
using Tessar.Runs;

namespace Tessar.Cli.Parsing;

/// <summary>What a command is given to work with: its values, where to write, and when to stop.</summary>
internal sealed class Invocation
{
    private const int LongestLine = 100;

    private readonly ParseResult _parsed;
    private readonly SettingValues _values;
    private readonly GlobalOptions _global;
    private readonly TextWriter _output;
    private readonly TextWriter _errors;
    private readonly HashSet<string> _remarks = new(StringComparer.Ordinal);
    private readonly HashSet<Option> _read = [];

    public Invocation(ParseResult parsed, TessarCommand command, SettingValues values, CancellationToken cancellation)
    {
        (_parsed, _values, Cancellation) = (parsed, values, cancellation);
        _global = ((TessarRoot)parsed.RootCommandResult.Command).Global;
        (_output, _errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        Command = command;
        Known = ((TessarRoot)parsed.RootCommandResult.Command).Known;
        IsJson = parsed.GetValue(_global.Json);
        IsQuiet = parsed.GetValue(_global.Quiet);
    }

    public TessarCommand Command { get; }

    /// <summary>What there is to ask.</summary>
    public KnownMethods Known { get; }

    public CancellationToken Cancellation { get; }

    public bool IsJson { get; }

    public bool IsQuiet { get; }

    /// <summary>Full path of the folder of the runs.</summary>
    public string Runs => Path.GetFullPath(Value(_global.Runs));

    /// <summary>
    /// A command to type next, such as "show demo-1", with the program's name, and the folder of the runs if the line gave one.
    /// </summary>
    public string Suggest(string command)
    {
        string folder = _parsed.GetResult(_global.Runs.Option!) is { Implicit: false }
            ? $" --runs {_parsed.GetValue(_global.Runs.Option!)}"
            : string.Empty;
        return $"{CommandLine.ProgramName} {command}{folder}";
    }

    /// <summary>Opens a run by name or path, as every command that loads models does.</summary>
    /// <exception cref="TessarException">There is no such run, or its record is damaged.</exception>
    public Run OpenRun(string nameOrPath)
    {
        bool accepts = Command.AcceptChangedModel is { } option && Value(option);
        Run run = Run.Open(RunCatalog.Resolve(nameOrPath, Runs), accepts);
        if (accepts)
            Remark($"{run.Name}: another model than the one that was trained is accepted; its results are kept apart.");
        else if (run.Record.Schema < RunRecord.CurrentSchema && run.Lacks is { } lacks)
            Remark($"{run.Name}: {lacks}");
        return run;
    }

    public ulong Seed => Value(_global.Seed);

    /// <summary>True when anybody chose the seed.</summary>
    public bool IsSeedGiven => _values.TryGet(_global.Seed, out _);

    /// <summary>Threads of the numerical kernels, as many as this machine can use.</summary>
    public int Threads => Value(_global.Threads) is var threads && TorchThreads.Objection(threads, "threads") is { } objection
        ? throw new TessarException(objection, ErrorKind.Usage)
        : threads;

    /// <summary>True when standard output is a terminal that shows colours and the result isn't JSON.</summary>
    public TerminalStyle Style => TerminalStyle.For(_output);

    /// <summary>The progress of the work on standard error.</summary>
    public ProgressDisplay Progress => new(_errors, IsQuiet);

    /// <summary>The value of a setting after defaults, tessar.json, environment and command line.</summary>
    public T Value<T>(Setting<T> setting) => _values.Get(Reading(setting));

    /// <summary>The value of a setting that has no default, or false when nobody gave one.</summary>
    public bool TryValue<T>(Setting<T> setting, out T value) => _values.TryGet(Reading(setting), out value);

    /// <summary>True when this command line gives the setting; tessar.json and the environment speak to all calls.</summary>
    public bool IsGiven(Setting setting) => _values.IsOnCommandLine(setting);

    /// <summary>True when this command line gives the option.</summary>
    public bool IsGiven(Option option) => _parsed.GetResult(option) is { Implicit: false };

    /// <summary>
    /// The options of every command that this command line gives and that would change what a recorded program does.
    /// </summary>
    public IEnumerable<string> GivenSeedAndThreads() =>
        new Option[] { _global.Seed.Option!, _global.Threads.Option! }.Where(IsGiven).Select(option => option.Name);

    /// <summary>Those of the options of every command that this command line gives and that its command doesn't use.</summary>
    public IEnumerable<string> GivenThoughIgnored() =>
        new[] { (_global.Seed.Option!, GlobalUse.Seed), (_global.Threads.Option!, GlobalUse.Threads) }
            .Where(one => Command.Ignored.HasFlag(one.Item2) && IsGiven(one.Item1)).Select(one => one.Item1.Name);

    /// <summary>Options for a method: tessar.json's `methods.NAME` overlaid by `--set`.</summary>
    public IReadOnlyDictionary<string, string> MethodOptions(string method) => _values.MethodOptions(method);

    public T? Value<T>(Option<T> option)
    {
        _read.Add(option);
        return _parsed.GetValue(option);
    }

    /// <summary>The full path of a file to write, or null; one that can't be is refused before anything is computed.</summary>
    /// <exception cref="TessarException">
    /// Its ending isn't of its kind, it is there already and may not be replaced, or another option names it too.
    /// </exception>
    public string? Output(OutputOption option)
    {
        if (Value(option) is not { } path)
            return null;
        string full = OutputPath.RequireKind(path, $"`{option.Name}`", option.Extensions);
        OutputPath.RefuseExisting(full, option.Argument, Command.Force is { } force && Value(force));
        foreach (OutputOption other in Command.Options.OfType<OutputOption>().TakeWhile(other => other != option))
        {
            if (_parsed.GetValue(other) is { } taken && (Path.GetFullPath(taken) == full || FileIdentity.IsSame(taken, full)))
                throw new TessarException(
                    $"`{other.Name}` and `{option.Name}` both name {full}. Choose two names.", ErrorKind.Usage);
        }

        return full;
    }

    /// <summary>
    /// Refuses output files that are read in this call, by whatever name and whether or not they may be replaced.
    /// </summary>
    /// <param name="inputs">Files and folders that are read.</param>
    public void KeepOutputsApart(params IEnumerable<string> inputs)
    {
        foreach (OutputOption option in Command.Options.OfType<OutputOption>())
        {
            if (_parsed.GetValue(option) is { } path)
                OutputPath.RefuseInputs(path, option.Argument, inputs);
        }
    }

    /// <summary>The options of the command that this command line gives, though nothing has asked for their values.</summary>
    public IEnumerable<string> UnusedOptions() =>
        Command.Options.Concat([_global.Seed.Option!, _global.Threads.Option!])
            .Where(option => option != Command.Set && IsGiven(option) && !_read.Contains(option))
            .Select(option => option.Name);

    public string Value(Argument<string> argument) => _parsed.GetRequiredValue(argument);

    /// <summary>The value of an argument that may be left out.</summary>
    public string? OptionalValue(Argument<string> argument) => _parsed.GetValue(argument);

    /// <summary>The command's own options that the command line gives, by name.</summary>
    public IEnumerable<string> GivenOptions() =>
        Command.Options.Where(option => _parsed.GetResult(option) is { Implicit: false }).Select(option => option.Name);

    /// <summary>Prints the result: with --json the record as one object, otherwise what <paramref name="text"/> writes.</summary>
    public void Print<T>(T result, JsonTypeInfo<T> type, Action<IAnsiConsole> text)
    {
        if (IsJson)
            _output.WriteLine(Printable.Json(JsonSerializer.Serialize(result, type)));
        else
            WriteText(text);
    }

    /// <summary>A remark for the person watching, on standard error; silent with --quiet.</summary>
    public void Remark(string text)
    {
        if (IsQuiet)
            return;
        text = Printable.Text(text);
        _remarks.Add(text);
        _errors.WriteLine(text);
    }

    /// <summary>
    /// A sentence of narration on standard output, broken into lines that read well; silent with --json and --quiet.
    /// </summary>
    public void Say(string text = "")
    {
        if (IsJson || IsQuiet)
            return;
        foreach (string line in TextWrap.Lines(Printable.Text(text), Math.Min(Style.Width, LongestLine)))
            _output.WriteLine(line);
    }

    /// <summary>Pictures on standard output; silent with --json and --quiet.</summary>
    public void Draw(IEnumerable<string> lines)
    {
        if (IsJson || IsQuiet)
            return;
        foreach (string line in lines)
            _output.WriteLine(line);
    }

    private Setting<T> Reading<T>(Setting<T> setting)
    {
        if (setting.Option is { } option)
            _read.Add(option);
        return setting;
    }

    // Spectre fills table rows up with spaces; nobody wants them in a file. A remark of the result that was made on the way
    // stands on the same screen already, if both streams go there.
    private void WriteText(Action<IAnsiConsole> text)
    {
        using var lines = new StringWriter();
        text(new TextConsole(Style, lines));
        bool isOneScreen = !Console.IsOutputRedirected && !Console.IsErrorRedirected;
        foreach (string line in lines.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n')
            .Select(line => line.TrimEnd(' ')))
        {
            if (!isOneScreen || !_remarks.Contains(line))
                _output.WriteLine(line);
        }
    }
}
