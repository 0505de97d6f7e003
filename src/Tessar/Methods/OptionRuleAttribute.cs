namespace Tessar.Methods;

/// <summary>A rule for the values of an option that no interval can state; it stands in place of a range.</summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class OptionRuleAttribute : Attribute
{
    /// <summary>What is allowed, for example <c>shares above 0 and below 1, ascending</c>.</summary>
    public abstract string Allowed { get; }

    /// <summary>Whether a value is allowed.</summary>
    /// <param name="value">Of the property's type, not null.</param>
    public abstract bool Allows(object value);
}
