using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Tessar.Methods;

/// <summary>One setting of a method, derived from a property of its options record.</summary>
public sealed class MethodOption
{
    private readonly PropertyInfo _property;
    private readonly RangeAttribute? _range;

    internal MethodOption(PropertyInfo property, object defaults, string help)
    {
        _property = property;
        _range = property.GetCustomAttribute<RangeAttribute>();
        Name = KebabCase(property.Name);
        Help = help;
        Default = property.GetValue(defaults)!;
    }

    /// <summary>Name on the command line and in JSON, for example <c>projection-dimension</c>.</summary>
    public string Name { get; }

    /// <summary>What it does, one sentence.</summary>
    public string Help { get; }

    /// <summary>The value when nothing is said.</summary>
    public object Default { get; }

    /// <summary>The default as it would be typed.</summary>
    public string DefaultText => Write(Default);

    /// <summary>What may be typed: an interval, a list of words, or a type.</summary>
    public string Allowed => _property.PropertyType switch
    {
        { IsEnum: true } type => string.Join(" | ", Enum.GetNames(type).Select(KebabCase)),
        Type type when type == typeof(bool) => "true | false",
        _ when _range is not null => string.Create(CultureInfo.InvariantCulture, $"{_range.Minimum} to {_range.Maximum}"),
        Type type => type == typeof(ulong) || type == typeof(int) ? "a whole number" : "a number",
    };

    internal string PropertyName => _property.Name;

    /// <summary>A value as it would be typed.</summary>
    internal static string Write(object? value) => value switch
    {
        bool b => b ? "true" : "false",
        Enum e => KebabCase(e.ToString()),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => string.Empty,
    };

    /// <summary>Reads a typed value; null with a sentence when it isn't allowed.</summary>
    internal object? Read(string text, out string? objection)
    {
        object? value = Parse(text);
        bool inRange = value is not null && (_range is null || _range.IsValid(value)) && value is not double.NaN;
        objection = inRange ? null : $"{Name} is `{text}`; allowed: {Allowed}";
        return inRange ? value : null;
    }

    internal object? ValueIn(object options) => _property.GetValue(options);

    internal void Assign(object options, object value) => _property.SetValue(options, value);

    internal static string KebabCase(string pascal)
    {
        var text = new StringBuilder();
        for (int i = 0; i < pascal.Length; i++)
        {
            bool startsWord = char.IsUpper(pascal[i]) || (char.IsDigit(pascal[i]) && !char.IsDigit(pascal[Math.Max(0, i - 1)]) && char.IsLower(pascal[Math.Max(0, i - 1)]) && i > 1);
            if (startsWord && i > 0)
                text.Append('-');
            text.Append(char.ToLowerInvariant(pascal[i]));
        }

        return text.ToString();
    }

    private object? Parse(string text)
    {
        Type type = _property.PropertyType;
        if (type.IsEnum)
            return Enum.GetValues(type).Cast<object>().FirstOrDefault(v => KebabCase(v.ToString()!) == text);
        if (type == typeof(bool))
            return bool.TryParse(text, out bool b) ? b : null;
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int i) ? i : null;
        if (type == typeof(ulong))
            return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong u) ? u : null;
        if (type == typeof(double))
            return NumberText.TryDouble(text, out double d) ? d : null;
        throw new NotSupportedException($"Options of type {type} aren't read from text.");
    }
}
