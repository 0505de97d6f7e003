using System.Globalization;
using System.Text;

namespace Tessar.Cli.Terminal;

/// <summary>
/// Makes text that came with data fit for a terminal: class names, column names and paths may hold characters that move the
/// cursor, change colors, send answers to the shell or turn the order of letters around.
/// </summary>
internal static class Printable
{
    /// <summary>
    /// The text as one line: such characters, line ends among them, are written as escapes, <c>\e</c>, <c>\n</c>, <c>\u202e</c>.
    /// </summary>
    public static string Text(string text) => Escape(text, keepsLines: false);

    /// <summary>The same with line ends left as they are, for text that has lines of its own.</summary>
    public static string Lines(string text) => Escape(text, keepsLines: true);

    /// <summary>
    /// JSON with such characters as escapes; they can only stand inside strings, so the values stay what they are.
    /// </summary>
    public static string Json(string json)
    {
        if (!json.Any(c => IsRisky(c) && c >= 0x80))
            return json;
        var safe = new StringBuilder(json.Length + 16);
        foreach (char c in json)
            _ = IsRisky(c) && c >= 0x80 ? safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : safe.Append(c);
        return safe.ToString();
    }

    /// <summary>
    /// True for control characters (C0, DEL, C1), separators of lines and paragraphs, and marks that change the direction of
    /// text.
    /// </summary>
    public static bool IsRisky(char c) =>
        char.IsControl(c)
            || c is '\u2028' or '\u2029' or '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e')
            or (>= '\u2066' and <= '\u2069') or '\ufeff';

    private static string Escape(string text, bool keepsLines)
    {
        bool Passes(char c) => !IsRisky(c) || (keepsLines && c is '\n' or '\r');
        if (text.All(Passes))
            return text;
        var safe = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            _ = Passes(c) ? safe.Append(c) : c switch
            {
                '\n' => safe.Append(@"\n"),
                '\r' => safe.Append(@"\r"),
                '\t' => safe.Append(@"\t"),
                '\e' => safe.Append(@"\e"),
                _ => safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            };
        }

        return safe.ToString();
    }
}
