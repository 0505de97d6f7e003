namespace Tessar.Methods;

/// <summary>
/// What people are to know of an option beyond its type, default and range: how its value is called, and beside which other
/// option it means something. Command line, pages and the library's door all read it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionAttribute : Attribute
{
    /// <summary>What it is called where it is typed; the property's name in kebab case where this is empty.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>What help calls the value, for example <c>SHARE</c>; what its type says where this is empty.</summary>
    public string ValueName { get; init; } = string.Empty;

    /// <summary>
    /// Whether it has no word of its own on the command line: <c>--set</c>, environment and tessar.json reach it.
    /// </summary>
    public bool IsRare { get; init; }

    /// <summary>Name of the property without which it has no effect: null, false and 0 count as without.</summary>
    public string OnlyWith { get; init; } = string.Empty;

    /// <summary>Name of the property with which it has no effect, unless that one is null, false or 0.</summary>
    public string NotWith { get; init; } = string.Empty;

    /// <summary>A value, as it would be typed, that may be given all the same.</summary>
    public string Unless { get; init; } = string.Empty;

    /// <summary>
    /// What is in the way, after "has no effect", with <c>{0}</c> for the other option; "without …" or "with …" where this is
    /// empty.
    /// </summary>
    public string Because { get; init; } = string.Empty;
}
