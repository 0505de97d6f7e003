using System.CommandLine;
using System.Globalization;
using Tessar.Cli.Parsing;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Lenses;

/// <summary>A lens's own settings as options of its command: `Top` becomes `--top N`, `TopOnly` the flag `--top-only`.</summary>
internal sealed class LensSettings
{
    private readonly List<Func<Invocation, (string Name, object? Value)>> _values = [];

    /// <summary>Adds the options.</summary>
    public LensSettings(LensCommand command, LensDescription lens)
    {
        foreach (MethodOption option in lens.Own.Options)
        {
            string help = option.Help.TrimEnd('.');
            if (option.Type == typeof(bool) && option.Default is false)
            {
                Option<bool> flag = command.AddOption(new Option<bool>($"--{option.Name}") { Description = help });
                _values.Add(call => (option.Name, call.Value(flag) ? true : null));
                continue;
            }

            Setting<string> setting = command.Add(SettingOf(option, $"{lens.Verb}.{option.Name}", help));
            _values.Add(call => (option.Name, call.Given(setting)));
        }
    }

    /// <summary>What was given; null for what wasn't.</summary>
    public IEnumerable<(string Name, object? Value)> Values(Invocation call) => _values.Select(value => value(call));

    private static Setting<string> SettingOf(MethodOption option, string key, string help) => new(
        new(key, $"--{option.Name}", NameOf(option), help, option.Default is null ? null : option.DefaultText),
        new(Expectation(option), JsonType(option), text => (option.TryRead(text, out _, out _), text)),
        defaultValue: null, hasDefault: false);

    private static bool IsWhole(MethodOption option) =>
        (Nullable.GetUnderlyingType(option.Type) ?? option.Type) is var type
            && (type == typeof(int) || type == typeof(long) || type == typeof(ulong));

    private static string NameOf(MethodOption option) =>
        IsWhole(option) ? "N"
        : (Nullable.GetUnderlyingType(option.Type) ?? option.Type) == typeof(double) ? "X"
        : option.Type.IsEnum ? "WORD"
        : option.Type == typeof(bool) ? "true|false"
        : option.Type == typeof(string) ? "TEXT" : "VALUE,VALUE,…";

    private static string Expectation(MethodOption option) =>
        option.Range is not (var minimum, var maximum) || !option.Type.IsPrimitive
        ? option.Allowed
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{(IsWhole(option) ? "a whole number" : "a number")} from {minimum:#,##0.##########} to {maximum:#,##0.##########}");

    private static string JsonType(MethodOption option) =>
        IsWhole(option) ? "integer"
        : (Nullable.GetUnderlyingType(option.Type) ?? option.Type) == typeof(double) ? "number"
        : option.Type == typeof(bool) ? "boolean"
        : option.Type == typeof(string) || option.Type.IsEnum ? "string" : "array";
}
