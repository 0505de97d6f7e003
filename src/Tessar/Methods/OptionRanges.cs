using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Tessar.Methods;

/// <summary>
/// Holds the ranges that a record of options declares, for records that a program fills in; text is checked as it is read.
/// </summary>
/// <remarks>
/// A batch of 0 examples, or a damping that isn't a number, would otherwise end in a loop without an end or in scores without a
/// meaning.
/// </remarks>
public static class OptionRanges
{
    /// <summary>Returns the options when every value is allowed.</summary>
    /// <param name="options">
    /// A record whose properties may carry <see cref="RangeAttribute"/>, which holds for every element of a list, or an
    /// <see cref="OptionRuleAttribute"/>; what is left open may be so.
    /// </param>
    /// <exception cref="ArgumentException">Some values aren't allowed; the message names all of them.</exception>
    /// <example><code>
    /// try
    /// {
    ///     new MyOptions { Damping = -1 }.Checked();
    /// }
    /// catch (ArgumentException e)
    /// {
    ///     Console.WriteLine(e.Message);       // prints MyOptions: Damping is -1; allowed: 0 to 10. (Parameter 'options')
    /// }
    ///
    /// public sealed record MyOptions
    /// {
    ///     [Range(0.0, 10.0)]
    ///     public double Damping { get; init; } = 0.3;
    /// }
    /// </code></example>
    public static T Checked<T>(this T options)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] objections = [.. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .Select(property => Objection(property, property.GetValue(options))).OfType<string>()];
        return objections.Length == 0 ? options
            : throw new ArgumentException($"{typeof(T).Name}: {string.Join(' ', objections)}", nameof(options)).ForUser();
    }

    private static string? Objection(PropertyInfo property, object? value)
    {
        RangeAttribute? range = property.GetCustomAttribute<RangeAttribute>();
        OptionRuleAttribute? rule = property.GetCustomAttribute<OptionRuleAttribute>();
        IEnumerable<object?> values = value is IEnumerable list and not string ? list.Cast<object?>() : [value];
        string? allowed = values.Select(one => Allowed(range, one)).FirstOrDefault(one => one is not null)
            ?? (value is null || rule?.Allows(value) != false ? null : rule.Allowed);
        return allowed is null
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{property.Name} is {Written(value)}; allowed: {allowed}.");
    }

    private static string? Allowed(RangeAttribute? range, object? value) => value switch
    {
        Enum choice => Enum.IsDefined(choice.GetType(), choice) ? null : string.Join(", ", Enum.GetNames(choice.GetType())),
        double number when !double.IsFinite(number) => range is null ? "finite numbers" : Of(range),
        not null when range is not null && !range.IsValid(value) => Of(range),
        _ => null,
    };

    private static object? Written(object? value) => value is IEnumerable and not string ? OptionText.Write(value) : value;

    private static string Of(RangeAttribute range) =>
        string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}");
}
