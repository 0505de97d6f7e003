using System.Text;
using SkiaSharp;

namespace Tessar.Examples.Images;

/// <summary>
/// The letters of captions: our own, so that a picture looks the same everywhere; the system's for scripts that ours lack.
/// </summary>
internal static class Fonts
{
    private static readonly SKTypeface _regular = Own("Inter-Regular.otf"), _strong = Own("Inter-SemiBold.otf");

    /// <summary>Cuts a text into pieces that one font has all the letters for; letters that no font has are left out.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isStrong">Whether to write it in semi-bold letters.</param>
    public static IEnumerable<(string Text, SKTypeface Font)> Split(string text, bool isStrong = false)
    {
        var piece = new StringBuilder();
        SKTypeface usual = isStrong ? _strong : _regular, font = usual;
        foreach (Rune rune in text.EnumerateRunes())
        {
            SKTypeface? next = usual.ContainsGlyph(rune.Value) ? usual
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

    private static SKTypeface Own(string name)
    {
        using Stream file = typeof(Fonts).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} isn't in the assembly.");
        using SKData data = SKData.Create(file);
        return SKTypeface.FromData(data) ?? throw new InvalidOperationException($"{name} can't be read as a font.");
    }
}
