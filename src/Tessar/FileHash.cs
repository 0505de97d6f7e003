using System.Security.Cryptography;

namespace Tessar;

/// <summary>SHA-256 of whole files: what is recorded when one is written, and compared where it is read.</summary>
internal static class FileHash
{
    /// <summary>The hash of a file, 64 lower-case hex digits.</summary>
    /// <exception cref="TessarException">The file is missing or can't be read.</exception>
    public static string Of(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException(
                $"{path} can't be read: {e.Message.TrimEnd('.')}. Restore it from a copy.", ErrorKind.InputData, e);
        }
    }

    /// <summary>Makes sure that a file is, byte for byte, the one that was recorded.</summary>
    /// <exception cref="FileFormatException">It was changed afterwards.</exception>
    /// <exception cref="TessarException">The file is missing or can't be read.</exception>
    public static void Check(string path, string recorded, string remedy)
    {
        string found = Of(path);
        if (found != recorded)
            throw new FileFormatException(path, null, $"SHA-256 {recorded}, as recorded when it was written", found, remedy);
    }

    /// <summary>Whether text is such a hash.</summary>
    public static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}
