namespace Tessar;

/// <summary>Input that has to be a file on a disk: it is mapped, read twice or in any order.</summary>
internal static class OrdinaryFile
{
    /// <summary>Refuses pipes, sockets and devices; whether the file exists is for the caller to find out.</summary>
    /// <exception cref="TessarException">The path leads to one.</exception>
    public static void Require(string path)
    {
        if (FileIdentity.IsSpecial(path))
        {
            throw new TessarException(
                $"`{path}` is a pipe or a device; required is a file on a disk. Write what comes out of it into a file, and name that.", ErrorKind.InputData);
        }
    }

    /// <summary>The bytes of a small file.</summary>
    /// <exception cref="TessarException">It is missing, a folder, a pipe or a device, or can't be read.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        Require(path);
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException($"`{path}` can't be read: {e.Message.TrimEnd('.')}. Check the path and its permissions.", ErrorKind.InputData, e);
        }
    }
}
