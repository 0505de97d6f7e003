using System.Globalization;

namespace Tessar.Runs;

/// <summary>What a run may be called: a name that is a folder on every system and needs no quotes in a shell.</summary>
internal static class RunNames
{
    private const int LongestName = 100;

    /// <summary>What is wrong with a name, as a clause ("is empty"); null when nothing is.</summary>
    public static string? Objection(string name)
    {
        if (name.Length == 0)
            return "is empty";
        if (name.Length > LongestName)
            return string.Create(CultureInfo.InvariantCulture, $"has {name.Length} characters; {LongestName} are allowed");
        if (!char.IsAsciiLetterOrDigit(name[0]))
            return "doesn't begin with a letter or digit";
        if (name.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) is var odd and not '\0')
            return $"holds the character `{odd}`; letters, digits, `-`, `_` and `.` are allowed";
        return name.EndsWith('.') ? "ends with a full stop" : null;
    }

    /// <summary>Makes sure that a name can be a run's.</summary>
    /// <exception cref="TessarException">It can't.</exception>
    public static void Check(string name)
    {
        if (Objection(name) is { } objection)
            throw new TessarException(
                $"`{name}` can't be a run's name: it {objection}. Choose another, such as `first`.", ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.ChangeArgument, "name", "first")]
            };
    }
}
