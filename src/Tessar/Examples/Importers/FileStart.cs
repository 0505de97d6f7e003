using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers;

/// <summary>The beginning of a file, by which its format is told before its name counts.</summary>
/// <param name="Path">The file.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Bytes">The first 512 of them, or all it has.</param>
/// <param name="Unzipped">What they decompress to, up to 512 bytes, when the file is gzip; else null.</param>
internal sealed record FileStart(string Path, long Length, byte[] Bytes, byte[]? Unzipped)
{
    private const int Most = 512;

    /// <summary>The beginning, decompressed when the file is gzip.</summary>
    public ReadOnlySpan<byte> Content => Unzipped ?? Bytes;

    /// <summary>Reads the beginning of a file.</summary>
    /// <exception cref="TessarException">It can't be read.</exception>
    public static FileStart Read(string path)
    {
        using FileStream file = SourceFile.Open(path);
        byte[] bytes = Take(file);
        return new FileStart(path, file.Length, bytes, GzipContent.IsMark(bytes) ? Unzip(path) : null);
    }

    private static byte[] Unzip(string path)
    {
        using Stream content = GzipContent.Open(path);
        try
        {
            return Take(content);
        }
        catch (InvalidDataException)
        {
            // Damage is for the reader of the format to report.
            return [];
        }
    }

    private static byte[] Take(Stream stream)
    {
        byte[] bytes = new byte[Most];
        return bytes[..stream.ReadAtLeast(bytes, Most, throwOnEndOfStream: false)];
    }
}
