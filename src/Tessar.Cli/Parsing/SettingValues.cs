using System.CommandLine;
using System.CommandLine.Parsing;
using Tessar.Cli.Parsing;
using Tessar.Methods;

namespace Tessar.Cli.Parsing;

/// <summary>The effective settings of one invocation: defaults &lt; tessar.json &lt; environment &lt; command line.</summary>
internal sealed class SettingValues
{
    private readonly ParseResult _parsed;
    private readonly ConfigurationFile _file;
    private readonly Dictionary<string, string> _set = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _methodSet = new(StringComparer.Ordinal);

    private SettingValues(ParseResult parsed, ConfigurationFile file) => (_parsed, _file) = (parsed, file);

    public static SettingValues Gather(TessarRoot root, TessarCommand command, ParseResult parsed, Func<MethodCatalog> methods)
    {
        var values = new SettingValues(parsed, ConfigurationFile.Read(Environment.CurrentDirectory, root.AllSettings, methods));
        EnvironmentVariables.RefuseUnknown(root.AllSettings);
        if (command.Set is { } option)
            values.ReadSet(parsed.GetValue(option) ?? [], command);
        values.RefuseInvalid(root.Global.Settings.Concat(command.Settings));
        return values;
    }

    public T Get<T>(Setting<T> setting)
    {
        if (TryGet(setting, out T value))
            return value;
        if (setting.HasDefault)
            return setting.Default!;
        string name = setting.Option is { } option ? $"{option.Name} {option.HelpName}" : $"--set {setting.Key}=VALUE";
        throw new TessarException(
            $"`{name}` is missing: {setting.Help.ToLowerInvariant()}. Add it, or set `{setting.Key}` in "
                + $"{ConfigurationFile.FileName}.", ErrorKind.Usage);
    }

    public bool TryGet<T>(Setting<T> setting, out T value)
    {
        if (Find(setting) is not (var text, var source))
        {
            value = default!;
            return false;
        }
        value = setting.Read(text, source);
        return true;
    }

    /// <summary>True when this command line gives the setting, by its option or by `--set`.</summary>
    public bool IsOnCommandLine(Setting setting) =>
        _set.ContainsKey(setting.Key)
            || (setting.Option is { } option && _parsed.GetResult(option) is OptionResult { Implicit: false });

    public IReadOnlyDictionary<string, string> MethodOptions(string method)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string option, string value) in _file.MethodOptions(method))
            options[option] = value;
        foreach ((string option, string value) in _methodSet)
            options[option] = value;
        return options;
    }

    // All at once, and whether or not the command comes to use them.
    private void RefuseInvalid(IEnumerable<Setting> settings)
    {
        string[] objections =
            [.. settings.Select(setting => Find(setting) is (var text, var source) ? setting.Objection(text, source) : null)
                .OfType<string>()];
        if (objections.Length > 0)
            throw new TessarException(string.Join(' ', objections), ErrorKind.Usage);
    }

    private (string Text, string Source)? Find(Setting setting)
    {
        if (setting.Option is { } option && _parsed.GetResult(option) is OptionResult { Implicit: false })
            return (_parsed.GetValue(option)!, $"`{option.Name}`");
        if (_set.TryGetValue(setting.Key, out string? text))
            return (text, $"`--set {setting.Key}`");
        if (Environment.GetEnvironmentVariable(setting.EnvironmentVariable) is { Length: > 0 } variable)
            return (variable, $"The environment variable {setting.EnvironmentVariable}");
        if (_file.TryGet(setting.Key, out string fromFile))
            return (fromFile, $"`{setting.Key}` in {_file.Location}");
        return null;
    }

    private void ReadSet(string[] pairs, TessarCommand command)
    {
        // A method may have an option of the same name (`subsets`, `fraction`); the command's own has `--subsets`, and its whole
        // key.
        bool IsMethods(Setting candidate) => command.PassesKeysToMethod && candidate.Option is not null;
        string[] known = [.. command.Settings.Select(setting => HelpText.ShortKey(command, setting))];
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new TessarException($"`--set {pair}` has no value; required is --set KEY=VALUE.", ErrorKind.Usage);
            (string key, string value) = (pair[..equals].Trim(), pair[(equals + 1)..].Trim());
            Setting? setting = command.Settings.FirstOrDefault(candidate =>
                candidate.Key == key || (HelpText.ShortKey(command, candidate) == key && !IsMethods(candidate)));
            if (setting is null && !command.PassesKeysToMethod)
                throw new TessarException(
                    $"`{key}` is not a key of `--set` for `{command.Name}`.{NearestName.Hint(key, known)}", ErrorKind.Usage);
            if (setting?.Option is { } option && _parsed.GetResult(option) is OptionResult { Implicit: false })
                throw new TessarException(
                    $"`{option.Name}` and `--set {key}` give the same setting; keep one of them.", ErrorKind.Usage);
            if (!(setting is null ? _methodSet : _set).TryAdd(setting?.Key ?? key, value))
                throw new TessarException($"`--set {key}` is given twice; keep one of them.", ErrorKind.Usage);
        }
    }
}
