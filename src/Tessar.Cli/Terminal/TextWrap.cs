namespace Tessar.Cli.Terminal;

/// <summary>Breaks text at spaces.</summary>
internal static class TextWrap
{
    /// <summary>Lines of at most <paramref name="width"/> characters; a longer word is cut.</summary>
    public static IEnumerable<string> Lines(string text, int width)
    {
        int start = 0;
        while (text.Length - start > width)
        {
            int space = text.LastIndexOf(' ', start + width, width);
            int end = space > start ? space : start + width;
            yield return text[start..end];
            start = space > start ? end + 1 : end;
        }
        yield return text[start..];
    }
}
