using System.Globalization;

namespace Tessar.Examples.Importers;

/// <summary>One file or folder of a source.</summary>
/// <param name="Split">The split it was given for, or null.</param>
/// <param name="Path">Its full path.</param>
internal sealed record SourcePart(string? Split, string Path)
{
    private const int MostFiles = 100_000;

    /// <summary>
    /// Reads a source as the command line takes it: a path, <c>train=a.npz,test=b.npz</c>, with braces for several files:
    /// <c>shard-{000..003}.tar</c>, <c>{a,b}.parquet</c>.
    /// </summary>
    /// <exception cref="TessarException">A path doesn't exist, or braces don't make sense.</exception>
    public static IReadOnlyList<SourcePart> Parse(string source)
    {
        if (Exists(source))
            return [new SourcePart(null, System.IO.Path.GetFullPath(source))];
        var parts = new List<SourcePart>();
        foreach (string text in CutAtCommas(source))
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            bool isNamed = equals > 0 && text.AsSpan(0, equals).IndexOfAny("/\\{") < 0 && !Exists(text);
            string? split = isNamed ? text[..equals] : null;
            foreach (string path in Expand(isNamed ? text[(equals + 1)..] : text, source))
            {
                if (!Exists(path))
                {
                    string kind = System.IO.Path.HasExtension(path) ? "file" : "folder";
                    throw new TessarException(
                        $"The {kind} `{System.IO.Path.GetFullPath(path)}` doesn't exist. Check the path.", ErrorKind.InputData);
                }

                parts.Add(new SourcePart(split, System.IO.Path.GetFullPath(path)));
            }
        }

        return parts;
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    /// <summary>Cuts at commas outside braces; a comma counts only when every piece names its split.</summary>
    private static List<string> CutAtCommas(string text)
    {
        var pieces = new List<string>();
        int start = 0, depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (text[i] == ',' && depth == 0)
            {
                pieces.Add(text[start..i]);
                start = i + 1;
            }
        }

        pieces.Add(text[start..]);
        return pieces.TrueForAll(piece => piece.IndexOf('=', StringComparison.Ordinal) > 0) ? pieces : [text];
    }

    private static IEnumerable<string> Expand(string text, string source)
    {
        int open = text.IndexOf('{', StringComparison.Ordinal), close = text.IndexOf('}', StringComparison.Ordinal);
        if (open < 0 && close < 0)
            return [text];
        if (open < 0 || close < open)
            throw Wrong(source);
        string[] choices = [.. Choices(text[(open + 1)..close], source)];
        string[] rests = [.. Expand(text[(close + 1)..], source)];
        if ((long)choices.Length * rests.Length > MostFiles)
            throw Wrong(source);
        return choices.SelectMany(choice => rests.Select(rest => text[..open] + choice + rest));
    }

    private static IEnumerable<string> Choices(string text, string source)
    {
        if (text.Split("..") is not [var from, var to])
            return text.Split(',');
        if (!long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out long first)
            || !long.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out long last)
            || last < first || last - first >= MostFiles)
            throw Wrong(source);
        return Enumerable.Range(0, (int)(last - first + 1))
            .Select(i => (first + i).ToString(CultureInfo.InvariantCulture).PadLeft(from.Length, '0'));
    }

    private static TessarException Wrong(string source) => new(
        $"The braces in `{source}` don't name files. Write `shard-{{000..003}}.tar` or `{{a,b}}.tar`, at most {MostFiles} "
            + $"files in all.",
        ErrorKind.Usage);
}
