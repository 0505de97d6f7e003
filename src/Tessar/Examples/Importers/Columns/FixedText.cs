using System.Text;

namespace Tessar.Examples.Importers.Columns;

/// <summary>Text in items of equally many bytes, padded with zeros, as NumPy keeps it.</summary>
/// <param name="Bytes">Bytes of an item.</param>
/// <param name="IsUtf32">True for four bytes a character, false for UTF-8.</param>
internal sealed record FixedText(int Bytes, bool IsUtf32)
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly UTF32Encoding s_little = new(bigEndian: false, byteOrderMark: false, throwOnInvalidCharacters: true);
    private static readonly UTF32Encoding s_big = new(bigEndian: true, byteOrderMark: false, throwOnInvalidCharacters: true);

    /// <summary>An item in UTF-8 without its padding; null when it isn't text.</summary>
    public byte[]? Read(ReadOnlySpan<byte> item, bool isBigEndian)
    {
        try
        {
            Encoding encoding = !IsUtf32 ? s_utf8 : isBigEndian ? s_big : s_little;
            return s_utf8.GetBytes(encoding.GetString(item).TrimEnd('\0'));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
