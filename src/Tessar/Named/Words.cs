using System.Text;

namespace Tessar.Named;

/// <summary>The values of an enumeration as people type them: <c>LeaveOneOut</c> is <c>leave-one-out</c>.</summary>
internal static class Words
{
    /// <summary>The words of an enumeration, in its order.</summary>
    public static IReadOnlyList<string> Of(Type type) => [.. Enum.GetNames(type).Select(KebabCase)];

    /// <summary>The word for a value.</summary>
    public static string Write(Enum value) => KebabCase(value.ToString());

    /// <summary>The value of a word; null when there is no such word.</summary>
    public static object? Read(Type type, string text) =>
        Enum.GetValues(type).Cast<Enum>().FirstOrDefault(value => Write(value) == text);

    /// <summary>The value that is typed for an option.</summary>
    /// <param name="option">The option, for the error.</param>
    /// <param name="text">What was typed.</param>
    /// <param name="allowed">The values that may be typed; all of them where none are named.</param>
    /// <exception cref="TessarException">It is none of them; the message names the nearest and lists them.</exception>
    public static T Read<T>(string option, string text, params ReadOnlySpan<T> allowed)
        where T : struct, Enum
    {
        T[] values = allowed.Length == 0 ? Enum.GetValues<T>() : allowed.ToArray();
        string[] words = [.. values.Select(value => Write(value))];
        int index = Array.IndexOf(words, text);
        return index >= 0 ? values[index] : throw new TessarException(
            $"`{option}` is `{text}`; required is {Alternatives(words)}.{NearestName.Hint(text, words)}", ErrorKind.Usage);
    }

    /// <summary><c>ProjectionDimension</c> as <c>projection-dimension</c>.</summary>
    public static string KebabCase(string pascal)
    {
        var text = new StringBuilder();
        for (int i = 0; i < pascal.Length; i++)
        {
            bool startsWord = char.IsUpper(pascal[i])
                || (char.IsDigit(pascal[i]) && i > 1 && !char.IsDigit(pascal[i - 1]) && char.IsLower(pascal[i - 1]));
            if (startsWord && i > 0)
                text.Append('-');
            text.Append(char.ToLowerInvariant(pascal[i]));
        }

        return text.ToString();
    }

    private static string Alternatives(string[] words) =>
        words.Length == 1 ? words[0] : $"{string.Join(", ", words[..^1])} or {words[^1]}";
}
