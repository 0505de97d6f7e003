using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;

namespace Tessar.Cli.Parsing;

/// <summary>A value that the command line, the environment or tessar.json can give: its key, option, default and range.</summary>
/// <remarks>
/// Values arrive as text from all three places and are read and checked here once, so that all three say the same about a wrong
/// one.
/// </remarks>
internal abstract class Setting(SettingLabel label)
{
    /// <summary>Dotted kebab-case key, such as `train.optimizer.learning-rate`; the path in tessar.json.</summary>
    public string Key { get; } = label.Key;

    /// <summary>
    /// The command-line option, or null for a setting that only `--set`, the environment and tessar.json reach.
    /// </summary>
    public Option<string>? Option { get; } = label.Option is null
        ? null
        : new Option<string>(label.Option) { Description = label.Help, HelpName = label.ValueName };

    public string Help { get; } = label.Help;

    /// <summary>The default as help shows it, or null when the value is required or absent by default.</summary>
    public string? DefaultText { get; private protected set; } = label.DefaultText;

    /// <summary>TESSAR_RUNS for `runs`, TESSAR_TRAIN__OPTIMIZER__LEARNING_RATE for `train.optimizer.learning-rate`.</summary>
    public string EnvironmentVariable =>
        "TESSAR_" + Key.Replace(".", "__", StringComparison.Ordinal).Replace('-', '_').ToUpperInvariant();

    /// <summary>What a valid value looks like, for errors and the JSON schema: "a whole number from 1 to 1,024".</summary>
    public abstract string Expectation { get; }

    /// <summary>What is wrong with a text from <paramref name="source"/>, or null.</summary>
    public abstract string? Objection(string text, string source);

    /// <summary>The JSON type a value has in tessar.json.</summary>
    public abstract string JsonType { get; }

    public static Setting<string> Text(
        string key, string? option, string valueName, string help, string? defaultValue = null,
        Func<IEnumerable<string>>? completions = null,
        string? defaultText = null)
    {
        var setting = new Setting<string>(
            new(key, option, valueName, help, defaultText ?? defaultValue),
            new("a text", "string", text => (text.Length > 0, text)), defaultValue, defaultValue is not null);
        if (completions is not null)
            setting.Option?.CompletionSources.Add(_ => completions().Select(name => new CompletionItem(name)));
        return setting;
    }

    public static Setting<int> Int32(
        string key, string? option, string valueName, string help, int? defaultValue, int minimum, int maximum) =>
        new(new(key, option, valueName, help, defaultValue?.ToString(CultureInfo.InvariantCulture)),
            new(string.Create(CultureInfo.InvariantCulture, $"a whole number from {minimum:N0} to {maximum:N0}"), "integer",
                text => (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
                    && value >= minimum && value <= maximum, value)),
            defaultValue ?? 0, defaultValue is not null);

    /// <summary>A number of bytes, with or without a unit: 512MiB, 2GiB, 1.5GB, 1000000.</summary>
    public static Setting<long> Size(
        string key, string? option, string valueName, string help, long defaultValue, string defaultText) =>
        new(
            new(key, option, valueName, help, defaultText), new("a size such as 512MiB, 2GiB or 4000000000", "string", ReadSize),
            defaultValue, hasDefault: true);

    public static Setting<ulong> UInt64(
        string key, string? option, string valueName, string help, ulong? defaultValue, string? defaultText = null) =>
        new(
            new(key, option, valueName, help, defaultText ?? defaultValue?.ToString(CultureInfo.InvariantCulture)),
            new("a whole number from 0 to 2^64 - 1", "integer",
                text => (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value), value)),
            defaultValue ?? 0, defaultValue is not null);

    public static Setting<double> Number(
        string key, string? option, string valueName, string help, double? defaultValue, double minimum, double maximum) =>
        new(new(key, option, valueName, help, defaultValue?.ToString(CultureInfo.InvariantCulture)),
            new(string.Create(CultureInfo.InvariantCulture, $"a number from {minimum} to {maximum}"), "number",
                text => (NumberText.TryDouble(text, out double value) && value >= minimum && value <= maximum, value)),
            defaultValue ?? double.NaN, defaultValue is not null);

    public static Setting<float[]> Numbers(
        string key, string? option, string valueName, string help, string? defaultText = null) =>
        new(
            new(key, option, valueName, help, defaultText),
            new("finite numbers separated by commas, one per channel", "array", ReadNumbers), [], hasDefault: false);

    public static Setting<string[]> Names(string key, string valueName, string help, string? defaultText = null) =>
        new(new(key, null, valueName, help, defaultText),
            new("names separated by commas", "array", text =>
                (text.Length > 0, text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))),
            [], hasDefault: true);

    private static (bool, long) ReadSize(string text)
    {
        string number = text.TrimEnd([.. "kKMGTiB "]), unit = text[number.Length..].Trim();
        double factor = unit switch
        {
            "" or "B" => 1,
            "KiB" => 1L << 10,
            "MiB" => 1L << 20,
            "GiB" => 1L << 30,
            "TiB" => 1L << 40,
            "kB" or "KB" => 1e3,
            "MB" => 1e6,
            "GB" => 1e9,
            "TB" => 1e12,
            _ => double.NaN,
        };
        bool isNumber = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value);
        double bytes = value * factor;
        return isNumber && bytes is >= 1 and < long.MaxValue ? (true, (long)bytes) : (false, 0);
    }

    private static (bool, float[]) ReadNumbers(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        float[] values = new float[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!NumberText.TrySingle(parts[i], out values[i]))
                return (false, []);
        }
        return (true, values);
    }
}

/// <summary>A <see cref="Setting"/> whose text is read as a <typeparamref name="T"/>.</summary>
internal sealed class Setting<T>(SettingLabel label, SettingForm<T> form, T? defaultValue, bool hasDefault) : Setting(label)
{
    /// <summary>False when absence of a value is meaningful or an error; the command decides which.</summary>
    public bool HasDefault { get; } = hasDefault;

    public T? Default { get; } = defaultValue;

    /// <summary>The same setting, whose default help shows in words.</summary>
    public Setting<T> ByDefault(string words)
    {
        DefaultText = words;
        return this;
    }

    public override string Expectation { get; } = form.Expectation;

    public override string JsonType { get; } = form.JsonType;

    public override string? Objection(string text, string source) =>
        form.Read(text).IsValid ? null : $"{source} is `{text}`; required is {Expectation}.";

    /// <summary>Reads a text; <paramref name="source"/> says in the error where it came from.</summary>
    public T Read(string text, string source) =>
        Objection(text, source) is { } objection ? throw new TessarException(objection, ErrorKind.Usage) : form.Read(text).Value;
}
