using System.Text;

namespace Tessar.Examples.Importers.Columns;

/// <summary>Text in items of equally many bytes, padded with zeros, as NumPy keeps it.</summary>
/// <param name="Bytes">Bytes of an item.</param>
/// <param name="IsUtf32">True for four bytes a character, false for UTF-8.</param>
internal sealed record FixedText(int Bytes, bool IsUtf32)
{
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly UTF32Encoding _little = new(bigEndian: false, byteOrderMark: false, throwOnInvalidCharacters: true);
    private static readonly UTF32Encoding _big = new(bigEndian: true, byteOrderMark: false, throwOnInvalidCharacters: true);

    /// <summary>An item in UTF-8 without its padding; null when it isn't text.</summary>
    public byte[]? Read(ReadOnlySpan<byte> item, bool isBigEndian)
    {
        try
        {
            Encoding encoding = !IsUtf32 ? _utf8 : isBigEndian ? _big : _little;
            return _utf8.GetBytes(encoding.GetString(item).TrimEnd('\0'));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
