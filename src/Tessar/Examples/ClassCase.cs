namespace Tessar.Examples;

/// <summary>
/// What to do about classes whose names differ by nothing but upper and lower case, such as <c>Cat</c> and <c>cat</c>.
/// </summary>
public enum ClassCase
{
    /// <summary>They are an error, because as often as not they are one class.</summary>
    Refuse = 0,

    /// <summary>They are one class, called by the name that comes first in ordinal order.</summary>
    Merge = 1,

    /// <summary>They are classes of their own.</summary>
    Keep = 2,
}
