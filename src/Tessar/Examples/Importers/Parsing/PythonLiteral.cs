using System.Globalization;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>
/// Reads the small part of Python's literals that NumPy's headers use: a dict of strings, truth values and tuples of integers.
/// </summary>
/// <param name="text">The literal.</param>
/// <param name="refuse">Makes an error of place, expected and found.</param>
internal sealed class PythonLiteral(string text, Func<int, string, string, FileFormatException> refuse)
{
    private int _at;

    /// <summary>Reads a dict and nothing but white space after it.</summary>
    /// <param name="entry">Receives key and value: a string, a bool, or a list of long.</param>
    public void ReadDict(Action<string, object> entry)
    {
        Expect('{');
        while (!TryTake('}'))
        {
            string key = ReadString();
            Expect(':');
            entry(key, ReadValue());
            if (!TryTake(',') && Peek() != '}')
                throw Wrong("`,` or `}`");
        }

        if (Peek() != '\0')
            throw Wrong("the end");
    }

    private object ReadValue() => Peek() switch
    {
        '\'' or '"' => ReadString(),
        '(' => ReadTuple(),
        'T' => ReadWord("True", value: true),
        'F' => ReadWord("False", value: false),
        _ => throw Wrong("a string, True, False or a tuple of integers"),
    };

    private bool ReadWord(string word, bool value)
    {
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0)
            throw Wrong(word);
        _at += word.Length;
        return value;
    }

    private string ReadString()
    {
        char quote = Peek();
        int end = quote is '\'' or '"' ? text.IndexOf(quote, _at + 1) : -1;
        if (end < 0)
            throw Wrong("a string");
        string value = text[(_at + 1)..end];
        _at = end + 1;
        return value;
    }

    private List<long> ReadTuple()
    {
        var values = new List<long>();
        Expect('(');
        while (!TryTake(')'))
        {
            Peek();
            int end = _at;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            if (!long.TryParse(text.AsSpan(_at, end - _at), NumberStyles.None, CultureInfo.InvariantCulture, out long value))
                throw Wrong("an integer from 0 to 2^63 - 1");
            _at = end;
            values.Add(value);

            // Python 2 wrote long integers as 3L.
            TryTake('L');
            if (!TryTake(',') && Peek() != ')')
                throw Wrong("`,` or `)`");
        }

        return values;
    }

    private char Peek()
    {
        while (_at < text.Length && text[_at] is ' ' or '\n' or '\t')
            _at++;
        return _at < text.Length ? text[_at] : '\0';
    }

    private bool TryTake(char wanted)
    {
        if (Peek() != wanted)
            return false;
        _at++;
        return true;
    }

    private void Expect(char wanted)
    {
        if (!TryTake(wanted))
            throw Wrong($"`{wanted}`");
    }

    private FileFormatException Wrong(string expected) =>
        refuse(_at, expected, _at < text.Length ? $"`{text.AsSpan(_at, Math.Min(12, text.Length - _at))}`" : "the end");
}
