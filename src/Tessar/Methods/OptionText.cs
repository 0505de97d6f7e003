using System.Globalization;
using System.Reflection;
using Tessar.Named;

namespace Tessar.Methods;

/// <summary>
/// Values of options as people type them: numbers, words, texts, lists separated by commas, and <c>none</c> for what may be left
/// open.
/// </summary>
internal static class OptionText
{
    /// <summary>How an absent value is typed.</summary>
    public const string None = "none";

    private static readonly Type[] _whole = [typeof(int), typeof(long), typeof(ulong)];

    /// <summary>Whether options of a type can be read from text.</summary>
    public static bool IsReadable(Type type)
    {
        Type scalar = ElementOf(type) ?? Nullable.GetUnderlyingType(type) ?? type;
        return scalar.IsEnum || scalar == typeof(string) || scalar == typeof(bool) || scalar == typeof(double)
            || _whole.Contains(scalar);
    }

    /// <summary>Whether a property may be left open.</summary>
    public static bool IsNullable(PropertyInfo property) =>
        Nullable.GetUnderlyingType(property.PropertyType) is not null
        || (!property.PropertyType.IsValueType
        && new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable);

    /// <summary>The type of a list's elements; null for what isn't a list.</summary>
    public static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    /// <summary>A value as it would be typed.</summary>
    public static string Write(object? value) => value switch
    {
        null => None,
        bool b => b ? "true" : "false",
        Enum word => Words.Write(word),
        string text => text,
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        System.Collections.IEnumerable list => string.Join(',', list.Cast<object>().Select(Write)),
        _ => string.Empty,
    };

    /// <summary>What may be typed for a type without a range.</summary>
    public static string Describe(Type type) =>
        ElementOf(type) is { } element ? $"{Describe(element)}, or several separated by commas"
        : (Nullable.GetUnderlyingType(type) ?? type) switch
        {
            { IsEnum: true } words => string.Join(" | ", Words.Of(words)),
            Type scalar when scalar == typeof(bool) => "true | false",
            Type scalar when scalar == typeof(string) => "a text",
            Type scalar => _whole.Contains(scalar) ? "a whole number" : "a number",
        };

    /// <summary>Reads a typed value of a type that isn't left open.</summary>
    /// <returns>False when the text isn't one.</returns>
    public static bool TryRead(Type type, string text, out object? value)
    {
        if (ElementOf(type) is { } element)
            return TryReadList(element, text, out value);
        value = Scalar(Nullable.GetUnderlyingType(type) ?? type, text);
        return value is not null;
    }

    private static bool TryReadList(Type element, string text, out object? value)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        var list = Array.CreateInstance(element, parts.Length);
        value = list;
        for (int i = 0; i < parts.Length; i++)
        {
            if (Scalar(element, parts[i]) is not { } one)
                return false;
            list.SetValue(one, i);
        }

        return true;
    }

    private static object? Scalar(Type type, string text)
    {
        if (type.IsEnum)
            return Words.Read(type, text);
        if (type == typeof(string))
            return text.Length > 0 ? text : null;
        if (type == typeof(bool))
            return bool.TryParse(text, out bool b) ? b : null;
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int i) ? i : null;
        if (type == typeof(long))
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long l) ? l : null;
        if (type == typeof(ulong))
            return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong u) ? u : null;
        if (type == typeof(double))
            return NumberText.TryDouble(text, out double d) ? d : null;
        throw new NotSupportedException($"Options of type {type} aren't read from text.");
    }
}
