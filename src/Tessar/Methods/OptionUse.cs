using Tessar.Named;

namespace Tessar.Methods;

/// <summary>Beside which other option an option has an effect.</summary>
/// <param name="Other">Name of the other, as it is typed.</param>
/// <param name="IsWanted">True when the other has to be set, false when it mustn't be.</param>
/// <param name="Unless">A value of its own that may be given all the same; empty for none.</param>
/// <param name="Because">What is in the way, with <c>{0}</c> for the other.</param>
internal sealed record OptionUse(string Other, bool IsWanted, string Unless, string Because)
{
    /// <summary>What an option's mark says; null where it has an effect always.</summary>
    public static OptionUse? Of(OptionAttribute? mark) => mark switch
    {
        { OnlyWith.Length: > 0 } => new(
            Words.KebabCase(mark.OnlyWith), true, mark.Unless, mark.Because.Length > 0 ? mark.Because : "without {0}"),
        { NotWith.Length: > 0 } => new(
            Words.KebabCase(mark.NotWith), false, mark.Unless, mark.Because.Length > 0 ? mark.Because : "with {0}"),
        _ => null,
    };

    /// <summary>Whether the option has an effect.</summary>
    /// <param name="own">Its value, as it would be typed.</param>
    /// <param name="other">The other's value.</param>
    public bool Holds(string own, object? other) =>
        IsWanted == (other is not (null or false or 0 or 0L or 0.0 or "")) || (Unless.Length > 0 && own == Unless);

    /// <summary>What to say when it has none.</summary>
    /// <param name="own">What the option is called there.</param>
    /// <param name="other">What the other is called there.</param>
    public string Objection(string own, string other) =>
        $"{own} has no effect {Because.Replace("{0}", other, StringComparison.Ordinal)}; leave it out.";
}
