using System.Buffers;

namespace Tessar.Cli.Explanations;

/// <summary>A text cell of a CSV file.</summary>
internal static class CsvCell
{
    private static readonly SearchValues<char> _quoted = SearchValues.Create("\",\r\n\t");

    // What spreadsheets take for the beginning of a formula, full-width forms too (OWASP, "CSV Injection").
    private static readonly SearchValues<char> _formula = SearchValues.Create("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20");

    /// <summary>The text as it stands in the file, quoted where it has to be.</summary>
    /// <param name="text">A name; numbers are written by themselves, for a minus in front is theirs.</param>
    /// <param name="isRaw">
    /// Whether a text that begins as a formula does is left as it is; otherwise an apostrophe makes it text.
    /// </param>
    public static string Of(string text, bool isRaw)
    {
        if (!isRaw && text.Length > 0 && _formula.Contains(text[0]))
            text = "'" + text;
        return text.AsSpan().ContainsAny(_quoted) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
