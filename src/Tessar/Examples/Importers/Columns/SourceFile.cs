using System.Security.Cryptography;
using System.Text;

namespace Tessar.Examples.Importers.Columns;

/// <summary>Opening and hashing the files of a source, and the errors about them.</summary>
internal static class SourceFile
{
    /// <summary>Opens a file to be read from front to end.</summary>
    /// <exception cref="TessarException">It can't be read.</exception>
    public static FileStream Open(string path)
    {
        if (FileKind.Objection(path) is { } objection)
            throw new TessarException(
                $"`{path}` is {objection}; required is a file that can be read several times. Copy its content to a file first.",
                ErrorKind.InputData);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>The error about a file that can't be opened or read.</summary>
    public static TessarException Unreadable(string path, Exception e) => new(e switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"The file `{path}` doesn't exist. Check the path.",
        UnauthorizedAccessException => $"`{path}` can't be read: its permissions don't allow it. Change them, or copy the file.",
        PathTooLongException => $"`{path}` can't be read: the path is too long. Move the file.",
        _ => $"`{path}` can't be read: the system reports an error, or another program holds it. Check the disk, and try again.",
    }, ErrorKind.InputData, e);

    /// <summary>The error about a damaged source.</summary>
    public static FileFormatException Refuse(string path, long? offset, string expected, string found, Exception? inner = null) =>
        new(
            path, offset, expected, found,
            "The source is damaged or in another format: get or convert it again, or name its format.", inner)
        {
            Remedies = [new(RemedyKind.ChangeArgument, "format")]
        };

    /// <summary>Runs code of others over a file; whatever it throws becomes the error about that file.</summary>
    /// <remarks>
    /// Their readers answer damaged bytes with exceptions of any type, whose words mean nothing to a user; memory that has run
    /// out isn't the file's fault.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="what">What is read, such as "the schema of an Arrow table".</param>
    /// <param name="read">Reads it.</param>
    /// <param name="offset">The byte where it begins, if that is known.</param>
    public static T Guard<T>(string path, string what, Func<T> read, long? offset = null)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not (TessarException or OperationCanceledException or OutOfMemoryException))
        {
            throw Refuse(path, offset, what, Found(e), e);
        }
    }

    /// <summary>Name, length and SHA-256 of a file.</summary>
    public static StoreSource Describe(string path, CancellationToken cancellation)
    {
        using FileStream file = Open(path);
        return new StoreSource(Path.GetFileName(path), file.Length, Digest(file, cancellation));
    }

    /// <summary>SHA-256 of the rest of a stream.</summary>
    public static string Digest(Stream stream, CancellationToken cancellation)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 18];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            digest.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    /// <summary>
    /// Many files as one: the digest covers name, length and digest of each, in their order, so that the list in the manifest
    /// doesn't grow with them.
    /// </summary>
    public static StoreSource DescribeAll(string name, IEnumerable<StoreSource> files)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long bytes = 0;
        foreach (StoreSource file in files)
        {
            digest.AppendData(Encoding.UTF8.GetBytes($"{file.Name}\n{file.Bytes}\n{file.Sha256}\n"));
            bytes += file.Bytes;
        }

        return new StoreSource(name, bytes, Convert.ToHexStringLower(digest.GetHashAndReset()));
    }

    private static string Found(Exception e) => e switch
    {
        EndOfStreamException => "the end of the file",
        NotSupportedException or NotImplementedException => "a variant that isn't read",
        _ => "damaged bytes, or a variant that isn't read",
    };
}
