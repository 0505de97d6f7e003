using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using Tessar.Cli.Parsing;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Lenses;

/// <summary>
/// A question's own settings as options of its command: `Top` becomes `--top N`, `TopOnly` the flag `--top-only`, a rare one a
/// key of `--set`.
/// </summary>
internal sealed class QuestionSettings
{
    private readonly Dictionary<string, Taken> _taken = new(StringComparer.Ordinal);

    /// <summary>Adds the options.</summary>
    /// <param name="command">To which.</param>
    /// <param name="options">The question's.</param>
    public QuestionSettings(QuestionCommand command, IReadOnlyList<MethodOption> options)
    {
        foreach (MethodOption option in options)
            _taken.Add(option.Name, Take(command, option));
        foreach (Taken taken in _taken.Values)
        {
            if (taken.Option.Use is { } use)
                command.MeaningfulIf(new OptionCondition(
                    taken.Words, taken.IsGiven, call => HasEffect(call, taken),
                    use.Because.Replace("{0}", $"`{_taken[use.Other].Words}`", StringComparison.Ordinal)));
        }
    }

    /// <summary>What was given; null for what wasn't, or has no effect in this call.</summary>
    public IEnumerable<(string Name, object? Value)> Values(Invocation call) =>
        _taken.Values.Select(taken => (taken.Option.Name, (object?)(HasEffect(call, taken) ? taken.Text(call) : null)));

    /// <summary>Whether this command line gives an option.</summary>
    public bool IsGiven(Invocation call, string option) => _taken[option].IsGiven(call);

    /// <summary>What `--set` takes of them, as it would be typed.</summary>
    public IEnumerable<string> RareKeys(string command) => _taken.Values.Where(taken => taken.Option.IsRare)
        .Select(taken => $"{command}.{taken.Option.Name}={taken.Option.DefaultText}");

    // A value from tessar.json or the environment speaks to all calls, to those too in which it means nothing.
    private bool HasEffect(Invocation call, Taken taken) =>
        taken.Option.Use is not { } use
            || use.Holds(taken.Text(call) ?? taken.Option.DefaultText, _taken[use.Other].Value(call));

    private static Taken Take(QuestionCommand command, MethodOption option)
    {
        string help = option.Help.TrimEnd('.'), word = $"--{option.Name}";
        if (option.Type == typeof(bool) && option.Default is false && !option.IsRare)
        {
            Option<bool> flag = command.AddOption(new Option<bool>(word) { Description = help });
            return new Taken(
                option, word, call => call.IsGiven(flag), call => call.Value(flag) ? MethodOption.Write(true) : null);
        }

        if (option.IsRequired)
        {
            Option<string> required = command.AddOption(new Option<string>(word)
            {
                Description = help,
                HelpName = NameOf(option),
                Required = true
            });
            return new Taken(option, word, call => call.IsGiven(required), call => call.Value(required));
        }

        string key = $"{command.Name}.{option.Name}";
        Setting<string> setting = command.Add(SettingOf(option, key, option.IsRare ? null : word, help));
        setting.Option?.CompletionSources.Add(_ => WordsOf(option).Select(choice => new CompletionItem(choice)));
        return new Taken(
            option, option.IsRare ? $"--set {key}" : word, call => call.IsGiven(setting), call => call.Given(setting));
    }

    private static Setting<string> SettingOf(MethodOption option, string key, string? word, string help) => new(
        new(key, word, NameOf(option), help, option.Default is null ? null : option.DefaultText),
        new(Expectation(option), JsonType(option), text => (option.TryRead(text, out _, out _), text)),
        defaultValue: null, hasDefault: false);

    private static Type TypeOf(MethodOption option) => Nullable.GetUnderlyingType(option.Type) ?? option.Type;

    private static bool IsWhole(MethodOption option) =>
        TypeOf(option) is var type && (type == typeof(int) || type == typeof(long) || type == typeof(ulong));

    private static string NameOf(MethodOption option) =>
        option.ValueName.Length > 0 ? option.ValueName
        : IsWhole(option) ? "N"
        : TypeOf(option) == typeof(double) ? "X"
        : TypeOf(option).IsEnum ? "WORD"
        : TypeOf(option) == typeof(bool) ? "true|false"
        : option.Type == typeof(string) ? "TEXT" : "VALUE,VALUE,…";

    private static string[] WordsOf(MethodOption option) =>
        TypeOf(option).IsEnum || TypeOf(option) == typeof(bool) ? option.Allowed.Split(" | ") : [];

    private static string Expectation(MethodOption option) =>
        option.Range is not (var minimum, var maximum) || !option.Type.IsPrimitive
        ? option.Allowed
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{(IsWhole(option) ? "a whole number" : "a number")} from {minimum:#,##0.##########} to {maximum:#,##0.##########}");

    private static string JsonType(MethodOption option) =>
        IsWhole(option) ? "integer"
        : TypeOf(option) == typeof(double) ? "number"
        : TypeOf(option) == typeof(bool) ? "boolean"
        : option.Type == typeof(string) || TypeOf(option).IsEnum ? "string" : "array";

    /// <summary>An option, and how to learn what a call says of it.</summary>
    /// <param name="Option">The option.</param>
    /// <param name="Words">What the user types.</param>
    /// <param name="IsGiven">Whether the command line gives it.</param>
    /// <param name="Text">What was given, wherever; null for nothing.</param>
    private sealed record Taken(MethodOption Option, string Words, Func<Invocation, bool> IsGiven, Func<Invocation, string?> Text)
    {
        /// <summary>Its effective value.</summary>
        public object? Value(Invocation call) =>
            Text(call) is { } text && Option.TryRead(text, out object? value, out _) ? value : Option.Default;
    }
}
