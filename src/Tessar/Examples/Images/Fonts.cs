using System.Text;
using SkiaSharp;

namespace Tessar.Examples.Images;

/// <summary>The system's fonts for captions.</summary>
internal static class Fonts
{
    private static readonly string[] s_families = ["Inter", "DejaVu Sans", "Liberation Sans", "Noto Sans", "Segoe UI", "Helvetica Neue", "Arial"];
    private static readonly SKTypeface s_usual = Usual();

    /// <summary>True when there are letters to write with.</summary>
    public static bool HasLetters => s_usual.ContainsGlyph('a');

    /// <summary>Cuts a text into pieces that one font has all the letters for; letters that no font has are left out.</summary>
    public static IEnumerable<(string Text, SKTypeface Font)> Split(string text)
    {
        var piece = new StringBuilder();
        SKTypeface font = s_usual;
        foreach (Rune rune in text.EnumerateRunes())
        {
            SKTypeface? next = s_usual.ContainsGlyph(rune.Value) ? s_usual
                : font.ContainsGlyph(rune.Value) ? font
                : SKFontManager.Default.MatchCharacter(rune.Value);
            if (next is null)
                continue;
            if (next != font && piece.Length > 0)
            {
                yield return (piece.ToString(), font);
                piece.Clear();
            }

            font = next;
            piece.Append(rune);
        }

        if (piece.Length > 0)
            yield return (piece.ToString(), font);
    }

    private static SKTypeface Usual()
    {
        foreach (string family in s_families)
        {
            if (SKFontManager.Default.MatchFamily(family) is { } found && found.ContainsGlyph('a'))
                return found;
        }

        return SKFontManager.Default.MatchCharacter('a') ?? SKTypeface.Default;
    }
}
