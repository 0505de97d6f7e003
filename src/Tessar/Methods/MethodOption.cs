using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Tessar.Named;

namespace Tessar.Methods;

/// <summary>One setting of a method or question, derived from a property of its options record.</summary>
public sealed class MethodOption
{
    private readonly PropertyInfo _property;
    private readonly RangeAttribute? _range;
    private readonly OptionRuleAttribute? _rule;
    private readonly Lazy<string> _help;
    private readonly bool _isNullable;
    private readonly string _openWord;

    internal MethodOption(PropertyInfo property, object defaults, Func<string> help)
    {
        _property = property;
        _range = property.GetCustomAttribute<RangeAttribute>();
        _rule = property.GetCustomAttribute<OptionRuleAttribute>();
        var mark = property.GetCustomAttribute<OptionAttribute>();
        (ValueName, IsRare, Use) = (mark?.ValueName ?? string.Empty, mark?.IsRare == true, OptionUse.Of(mark));
        IsRequired = property.IsDefined(typeof(RequiredAttribute));
        _help = new Lazy<string>(help);
        _isNullable = OptionText.IsNullable(property);
        _openWord = property.GetCustomAttribute<LeftOpenAttribute>()?.Word ?? OptionText.None;
        Name = mark is { Name.Length: > 0 } ? mark.Name : Words.KebabCase(property.Name);
        Default = property.GetValue(defaults);
    }

    /// <summary>Name on the command line and in JSON, for example <c>projection-dimension</c>.</summary>
    public string Name { get; }

    /// <summary>What it does, one sentence.</summary>
    public string Help => _help.Value;

    /// <summary>The value when nothing is said; null for an option that is left open then.</summary>
    public object? Default { get; }

    /// <summary>The default as it would be typed.</summary>
    public string DefaultText => TextOf(Default);

    /// <summary>
    /// What may be typed: an interval, a list of words, or a type; <c>none</c> or another word for options that may be left open.
    /// </summary>
    public string Allowed => _isNullable ? $"{AllowedValue} | {_openWord}" : AllowedValue;

    /// <summary>The type of its values.</summary>
    internal Type Type => _property.PropertyType;

    /// <summary>Ends of its range; null without one.</summary>
    internal (object Minimum, object Maximum)? Range => _range is null ? null : (_range.Minimum, _range.Maximum);

    /// <summary>What help calls its value; empty where that follows from the type.</summary>
    internal string ValueName { get; }

    /// <summary>Whether it has no word of its own on the command line.</summary>
    internal bool IsRare { get; }

    /// <summary>Whether it has to be given.</summary>
    internal bool IsRequired { get; }

    /// <summary>Beside which other option it has an effect; null where it always has.</summary>
    internal OptionUse? Use { get; }

    internal string PropertyName => _property.Name;

    private string AllowedValue
    {
        get
        {
            if (_rule is not null)
                return _rule.Allowed;
            if (_range is null)
                return OptionText.Describe(Type);
            string interval = string.Create(CultureInfo.InvariantCulture, $"{_range.Minimum} to {_range.Maximum}");
            return OptionText.ElementOf(Type) is null ? interval : $"{interval}, or several separated by commas";
        }
    }

    /// <summary>A value of this option as it would be typed.</summary>
    internal string TextOf(object? value) => value is null ? _openWord : Write(value);

    /// <summary>A value as it would be typed.</summary>
    internal static string Write(object? value) => OptionText.Write(value);

    /// <summary>
    /// Reads a typed value; false with a sentence when it isn't allowed. An option that is left open reads as null.
    /// </summary>
    internal bool TryRead(string text, out object? value, out string? objection)
    {
        objection = null;
        if (_isNullable && text == _openWord)
        {
            value = null;
            return true;
        }

        if (OptionText.TryRead(Type, text, out value) && IsInRange(value) && (value is null || _rule?.Allows(value) != false))
            return true;
        (value, objection) = (null, Objection(text));
        return false;
    }

    internal object? ValueIn(object options) => _property.GetValue(options);

    internal void Assign(object options, object? value) => _property.SetValue(options, value);

    private string Objection(string text) => $"{Name} is `{text}`; allowed: {Allowed}.{NearestName.Hint(text, ChoosableWords)}";

    private IReadOnlyList<string> ChoosableWords =>
        (OptionText.ElementOf(Type) ?? Nullable.GetUnderlyingType(Type) ?? Type) is { IsEnum: true } words ? Words.Of(words) : [];

    private bool IsInRange(object? value) => value switch
    {
        null => _isNullable,
        double number when !double.IsFinite(number) => false,
        Enum word => Enum.IsDefined(word.GetType(), word),
        string => true,
        IEnumerable list => list.Cast<object?>().All(one => one is not null && IsInRange(one)),
        _ => _range is null || _range.IsValid(value),
    };
}
