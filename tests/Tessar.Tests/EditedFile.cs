using System.Text.RegularExpressions;

namespace Tessar.Tests;

/// <summary>JSON files with a checksum, changed on purpose.</summary>
internal static partial class EditedFile
{
    /// <summary>Replaces text, and says that it was meant.</summary>
    public static void Replace(string path, string from, string to)
    {
        string text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
        Accept(path);
    }

    /// <summary>Says that the file was changed on purpose.</summary>
    public static void Accept(string path) =>
        File.WriteAllText(path, Checksum().Replace(File.ReadAllText(path), "\"checksum\": \"edited\"", 1));

    [GeneratedRegex("\"checksum\": ?\"[0-9a-f]{64}\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Checksum();
}
